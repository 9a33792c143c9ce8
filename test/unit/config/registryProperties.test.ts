import assert from "node:assert/strict";
import fc from "fast-check";
import { detectKind } from "../../../lib/registries/detect";
import { UserError } from "../../../lib/errors";
import { findProviderKeys, LEGAL } from "./registryArbitraries";
import { parseWith } from "./support";

/** Text that no message contains unless it was taken from the value. */
const SECRET = "hunter2-x9q";

const providers = Object.keys(LEGAL);
const VARIABLES = [
  ...["DOCKER_REGISTRY", "DOCKER_USERNAME", "DOCKER_PASSWORD", "DOCKER_PULL_USERNAME"],
  ...["DOCKER_PULL_PASSWORD", "AWS_ACCOUNT_ID", "GITHUB_ACTOR", "GITHUB_TOKEN"],
];

/** References that are nearly legal, of every kind. */
const references = fc
  .tuple(
    fc.constantFrom(
      ...["ghcr.io", "docker.io", "gcr.io", "eu.gcr.io", "us-docker.pkg.dev", "my.azurecr.io"],
      ...["123456789012.dkr.ecr.eu-central-1.amazonaws.com", "[::1]:5000", "https://ghcr.io", ""],
    ),
    fc.array(fc.oneof(fc.constantFrom("my-project", "acme", "", "A", "a--b"), fc.string()), {
      maxLength: 4,
    }),
  )
  .map((parts) => parts.flat().join("/"));

/** Parses what may be legal; a refusal is a UserError whose message `check` looks at. */
function refusalOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, "config-invalid");
    return error.message;
  }
}

describe("the settings of registries: properties", () => {
  for (const [provider, legal] of Object.entries(LEGAL)) {
    it(`${provider}: what is legal stands in the settings, and its server is of its kind`, () => {
      fc.assert(
        fc.property(legal.registry, (registry) => {
          const settings = parseWith({ provider, registry }, ["registry"]).registry;
          legal.check(settings, registry);
          assert.equal(settings.account.endpoint, settings.endpoint);
          if (provider !== "private") {
            assert.equal(detectKind(settings.endpoint.server), settings.kind);
          }
          assert.doesNotMatch(settings.namespace, /^\/|\/$|\/\//);
        }),
        { numRuns: 200 },
      );
    });

    it(`${provider}: DOCKER_REGISTRY of a legal registry finds the same registry`, () => {
      fc.assert(
        fc.property(legal.registry, (registry) => {
          const settings = parseWith({ provider, registry }, ["registry"]).registry;
          const { server } = settings.endpoint;
          const path =
            settings.separator === "-" ? settings.namespace : settings.namespace.toLowerCase();
          const environment = { DOCKER_REGISTRY: [server, path].filter((part) => part).join("/") };
          const found = parseWith(
            { provider: provider === "private" ? provider : undefined, registry: legal.beside },
            [],
            environment,
          ).registry;
          assert.equal(found.kind, settings.kind);
          assert.equal(found.endpoint.server, server);
          assert.equal(found.namespace, settings.namespace);
          assert.equal(found.separator, settings.separator);
        }),
        { numRuns: 100 },
      );
    });
  }

  it("any values of any keys give settings or faults, and never another error", () => {
    const keys = fc.constantFrom(...findProviderKeys());
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("", "constructor", "__proto__", "toString", 123456789012, false),
      fc.record({ upstream: fc.jsonValue(), credential: fc.jsonValue() }).map((entry) => [entry]),
    );
    const registries = fc.dictionary(fc.oneof(keys, fc.string()), value);
    const environments = fc.dictionary(
      fc.constantFrom(...VARIABLES),
      fc.oneof(references, fc.string()),
    );
    fc.assert(
      fc.property(
        fc.option(fc.constantFrom(...providers, "constructor"), { nil: undefined }),
        registries,
        environments,
        (provider, registry, environment) => {
          const message = refusalOf(() => parseWith({ provider, registry }, [], environment));
          assert.doesNotMatch(message, /undefined|\[object|NaN/);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("a wrong value beside legal ones is never shown where it is secret", () => {
    const wrong = fc.constantFrom<unknown>(
      ...[
        SECRET,
        `${SECRET}\n`,
        `${SECRET}+:@/`,
        ` ${SECRET}`,
        [SECRET],
        { a: SECRET },
        [[SECRET]],
      ],
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...providers).chain((provider) =>
          fc.record({
            provider: fc.constant(provider),
            registry: LEGAL[provider]?.registry ?? fc.constant({}),
            key: fc.constantFrom(...findProviderKeys(provider)),
            value: wrong,
          }),
        ),
        ({ provider, registry, key, value }) => {
          const changed = { provider, registry: { ...registry, [key]: value } };
          const message = refusalOf(() => parseWith(changed, ["registry"]));
          assert.doesNotMatch(message, new RegExp(SECRET));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("what may be a secret by its place is not shown in a plain configuration either", () => {
    const places: readonly (readonly [provider: string, registry: object])[] = [
      ...["ghcr", "dockerhub", "private"].flatMap((provider) =>
        ["password", "pullPassword"].map((key) => [provider, { [key]: SECRET }] as const),
      ),
      ["ecr", { cache: [{ upstream: `me:${SECRET}@docker.io`, credential: SECRET }] }],
      ["gar", { cache: [{ upstream: `me:${SECRET}@docker.io`, credential: SECRET }] }],
      ["acr", { cache: [{ upstream: "docker.io", credential: SECRET }] }],
      ["ecr", { kmsKey: SECRET, pullRoleArn: SECRET }],
      ["ecr", { cache: SECRET }],
    ];
    for (const [provider, registry] of places) {
      const message = refusalOf(() => parseWith({ provider, registry }));
      assert.notEqual(message, "");
      assert.doesNotMatch(message, new RegExp(SECRET));
    }
  });

  it("no value of a variable that holds a secret is shown", () => {
    const variables = ["DOCKER_PASSWORD", "DOCKER_PULL_PASSWORD", "GITHUB_TOKEN"];
    for (const provider of providers) {
      const environment = Object.fromEntries(variables.map((name) => [name, SECRET]));
      const message = refusalOf(() => parseWith({ provider, registry: {} }, [], environment));
      assert.doesNotMatch(message, new RegExp(SECRET));
    }
    const environment = { DOCKER_REGISTRY: `me:${SECRET}@ghcr.io/acme` };
    for (const provider of [undefined, ...providers]) {
      const changes = { provider, registry: undefined };
      assert.doesNotMatch(
        refusalOf(() => parseWith(changes, [], environment)),
        new RegExp(SECRET),
      );
    }
  });
});
