import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../../lib/errors";
import { parseSettings } from "../../../lib/settings/parse";
import { findingsOf, MINIMAL, parseWith } from "./support";

const KEYS = [
  ...["provider", "registry", "version", "composeFiles", "services", "platforms", "builders"],
  ...["build", "push", "index", "scan", "sbom", "sign", "verify", "host", "environment"],
  ...["switchImage", "rollout", "retention", "github"],
];
const NESTED = {
  registry: ["server", "namespace", "username", "password", "caCert", "insecure", "manage"],
  host: ["address", "engine", "project", "envFiles"],
  rollout: ["drainSeconds", "soakSeconds", "timeoutSeconds", "keepReleases"],
  retention: ["keepVersions", "untaggedDays", "prDays", "deleteOnDestroy"],
} as const;
const VARIABLES = ["DOCKER_REGISTRY", "DOCKER_USERNAME", "DOCKER_PASSWORD", "VERSION", "GIT_SHA"];

/** Text that no message contains unless it was taken from the value. */
const SECRET = "hunter2-x9q";

const text = fc.oneof(fc.string(), fc.json(), fc.constantFrom("true", "false", "{}", "[]"));
const values = fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), text);

/** Objects with known keys and any values, as the JSON that Pulumi hands out. */
const objects = fc
  .subarray(Object.entries(NESTED))
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map(([outer, nested]) =>
        fc
          .dictionary(fc.constantFrom<string>(...nested), fc.jsonValue())
          .map((object) => [outer, JSON.stringify(object)] as const),
      ),
    ),
  )
  .map((entries) => Object.fromEntries(entries));

describe("parseSettings: properties", () => {
  it("gives settings or a UserError, whatever the configuration and the environment", () => {
    const environment = fc.dictionary(fc.constantFrom(...VARIABLES), fc.string());
    fc.assert(
      fc.property(values, objects, environment, (some, nested, variables) => {
        const raw = { values: { ...some, ...nested }, secretKeys: new Set<string>() };
        try {
          parseSettings(raw, variables);
        } catch (error) {
          assert.ok(error instanceof UserError);
          assert.match(error.message, /^The configuration is not valid:\n {2}\S/);
          assert.doesNotMatch(error.message, /undefined|\[object|NaN/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("refuses every unknown key, with a command that takes it out", () => {
    const unknown = fc.string({ minLength: 1 }).filter((key) => !KEYS.includes(key));
    fc.assert(
      fc.property(unknown, (key) => {
        const findings = findingsOf(() => parseWith({ [key]: "1" }));
        assert.equal(findings.length, 1);
        assert.match(findings[0] ?? "", /: unknown key; .*; run: pulumi config rm /);
      }),
    );
  });

  it("refuses every unknown key inside an object", () => {
    const place = fc.constantFrom(...(Object.keys(NESTED) as (keyof typeof NESTED)[]));
    fc.assert(
      fc.property(place, fc.stringMatching(/^[a-z]{1,12}x$/), (outer, inner) => {
        const object = { ...(MINIMAL[outer] as object | undefined), [inner]: 1 };
        const findings = findingsOf(() => parseWith({ [outer]: object }));
        assert.equal(findings.length, 1);
        assert.match(findings[0] ?? "", new RegExp(`^${outer}\\.${inner}: unknown key; allowed: `));
      }),
    );
  });

  it("shows nothing of a secret value, wherever it stands", () => {
    const nested = Object.entries(NESTED).flatMap(([outer, inner]) =>
      inner.map((key) => [outer, key] as const),
    );
    const wrong = fc.constantFrom<unknown>(
      ...[SECRET, ` ${SECRET}`, `${SECRET}\n`, [SECRET], { a: SECRET }, `${SECRET}+:@/`],
    );
    fc.assert(
      fc.property(fc.constantFrom(...nested), wrong, ([outer, inner], value) => {
        assertHidden({ [outer]: { [inner]: value } }, [outer]);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), wrong, (key, value) => {
        assertHidden({ [key]: value }, [key]);
      }),
    );
  });

  it("shows no password and no variable's value even where they were not made secret", () => {
    for (const registry of [{ password: SECRET }, { pullPassword: [SECRET] }, SECRET]) {
      assertHidden({ registry }, []);
    }
    for (const environment of [{ A: [SECRET] }, { A: { B: SECRET } }, SECRET]) {
      assertHidden({ environment }, []);
    }
    const variables = { DOCKER_PASSWORD: SECRET, DOCKER_PULL_PASSWORD: SECRET };
    const findings = findingsOf(() => parseWith({}, [], variables));
    assert.doesNotMatch(findings.join("\n"), new RegExp(SECRET));
  });

  it("parses the same configuration to the same settings", () => {
    const number = fc.integer({ min: 0, max: 86_400 });
    fc.assert(
      fc.property(number, number, (drainSeconds, soakSeconds) => {
        const changes = { rollout: { drainSeconds, soakSeconds: String(soakSeconds) } };
        const settings = parseWith(changes);
        assert.deepEqual(settings, parseWith(changes));
        assert.equal(settings.rollout.drainSeconds, drainSeconds);
        assert.equal(settings.rollout.soakSeconds, soakSeconds);
      }),
    );
  });
});

/** Parses what may well be legal; only what a refusal says counts. */
function assertHidden(changes: Readonly<Record<string, unknown>>, secretKeys: string[]): void {
  try {
    parseWith(changes, secretKeys);
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.doesNotMatch(error.message, new RegExp(SECRET));
  }
}
