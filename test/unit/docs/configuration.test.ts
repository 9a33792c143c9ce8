import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSettings } from "../../../lib/settings/parse";
import type { Settings } from "../../../lib/settings/settings";
import { findingsOf, parseWith, type Values } from "../config/support";
import { codeOf, readPage, ROOT, sectionOf, tableRows } from "./markdown";

const PAGE = readPage("docs/configuration.md");

/** The least that each object needs, by the table that describes it. */
interface Table {
  readonly heading: string;
  /** The key whose object it describes; absent: the keys at the top. */
  readonly object?: string;
  readonly provider?: string;
  readonly least: Values;
}

const REGISTRIES: Readonly<Record<string, Values>> = {
  ecr: { region: "eu-central-1", accountId: "123456789012" },
  gar: { project: "my-project", location: "us" },
  gcr: { project: "my-project" },
  acr: { resourceGroup: "rg", name: "myregistry" },
  ghcr: { owner: "acme" },
  dockerhub: { namespace: "acme" },
  private: { server: "registry.example.com" },
};

const TABLES: readonly Table[] = [
  { heading: "Keys", least: {} },
  ...Object.entries(REGISTRIES).map(([provider, least]) => ({
    heading: `\`registry\` of provider \`${provider}\``,
    object: "registry",
    provider,
    least,
  })),
  { heading: "`scan`", object: "scan", least: {} },
  { heading: "`sign`", object: "sign", least: {} },
  { heading: "`verify`", object: "verify", least: {} },
  { heading: "`host`", object: "host", least: { address: "unix:///var/run/docker.sock" } },
  { heading: "`rollout`", object: "rollout", least: {} },
  { heading: "`retention`", object: "retention", least: {} },
  { heading: "`github`", object: "github", least: { repository: "acme/bot-core" } },
];

interface Row {
  readonly table: Table;
  /** `registry.server` */
  readonly key: string;
  readonly fallback: string;
  readonly example: string | undefined;
}

const ROWS: readonly Row[] = TABLES.flatMap((table) =>
  tableRows(sectionOf(PAGE, table.heading)).map(([key, , fallback = "", example]) => ({
    table,
    key: codeOf(key) ?? "",
    fallback,
    example: codeOf(example),
  })),
);

/** A key as a test's name says it. */
function nameOf({ key, table: { provider } }: Row): string {
  return provider === undefined ? key : `${provider}: ${key}`;
}

/** What only some kinds of settings have. */
function fieldOf(settings: object, key: string): unknown {
  return Object.entries(settings).find(([name]) => name === key)?.[1];
}

/** Where the parsed settings keep what a key says. */
const PLACES: Readonly<Record<string, (settings: Settings) => unknown>> = {
  composeFiles: ({ release }) => release.composeFiles,
  platforms: ({ build }) => build.platforms,
  build: ({ build }) => build.mode,
  buildCache: ({ build }) => build.cache,
  push: ({ build }) => build.push,
  index: ({ build }) => build.index,
  sbom: ({ supplyChain }) => supplyChain.sbom,
  sign: ({ supplyChain }) => supplyChain.sign.kind,
  "scan.severities": ({ supplyChain }) => fieldOf(supplyChain.scan, "severities"),
  "scan.ignoreUnfixed": ({ supplyChain }) => fieldOf(supplyChain.scan, "ignoreUnfixed"),
  "registry.namespace": ({ registry }) => registry.namespace,
  "registry.insecure": ({ registry }) => registry.endpoint.insecure,
  "registry.repository": ({ registry }) => fieldOf(registry, "repository"),
  "registry.replicas": ({ registry }) => fieldOf(registry, "replicas"),
  "registry.scanning": ({ registry }) => fieldOf(registry, "scanning"),
  "registry.cache": ({ registry }) => fieldOf(registry, "cache"),
  "registry.sku": ({ registry }) => fieldOf(registry, "sku"),
  "registry.manage": ({ registry }) => registry.manage,
  "host.engine": ({ host }) => (host.kind === "off" ? undefined : host.target.engine),
  "host.project": ({ host }) => (host.kind === "off" ? undefined : host.target.project),
  "host.envFiles": ({ host }) => (host.kind === "off" ? undefined : host.envFiles),
  "rollout.drainSeconds": ({ rollout }) => rollout.drainSeconds,
  "rollout.soakSeconds": ({ rollout }) => rollout.soakSeconds,
  "rollout.keepReleases": ({ rollout }) => rollout.keepReleases,
  "rollout.allowVolumeOverlap": ({ rollout }) => rollout.allowVolumeOverlap,
  "retention.keepVersions": ({ retention }) => retention.keepVersions,
  "retention.untaggedDays": ({ retention }) => retention.untaggedDays,
  "retention.prDays": ({ retention }) => retention.prDays,
  "github.environment": ({ github }) => fieldOf(github, "environment"),
  "github.reviewers": ({ github }) => fieldOf(github, "reviewers"),
  "github.defaultBranch": ({ github }) => fieldOf(github, "defaultBranch"),
  "retention.deleteOnDestroy": ({ retention }) => retention.deleteOnDestroy,
};

/** A configuration with one key changed; undefined takes it out. */
function withKey({ object, provider, least }: Table, key: string, value: unknown): Values {
  if (object === undefined) return { ...(key === "sign" ? SIGNER : {}), [key]: value };
  const inner = key.slice(object.length + 1);
  const partners = value === undefined ? ABSENT[key] : (BESIDE[key] ?? PARTNERS[inner]);
  const changes = partners ?? {};
  const changed = { ...least, ...changes, [inner]: value };
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(object === "sign" ? SIGNER : {}),
    [object]: changed,
  };
}

/** Keys that are only allowed together with others. */
const PARTNERS: Readonly<Record<string, Values>> = {
  username: { password: "x" },
  password: { username: "x" },
  pullUsername: { pullPassword: "x" },
  pullPassword: { pullUsername: "x" },
};

/** The same by whole names, for objects that take one of several groups of keys. */
const BESIDE: Readonly<Record<string, Values>> = {
  "sign.transparencyLog": { key: "cosign.key" },
  "verify.issuer": { identity: "ci@acme.example" },
  "verify.trustedRoot": { identity: "ci@acme.example" },
  "verify.transparencyLog": { key: "cosign.pub" },
};

/** What has to stand there where a key is absent. */
const ABSENT: Readonly<Record<string, Values>> = {
  ...Object.fromEntries(
    ["identity", "identityRegexp", "transparencyLog"].map((key) => [
      `verify.${key}`,
      { key: "cosign.pub" },
    ]),
  ),
  ...Object.fromEntries(
    ["issuer", "trustedRoot", "key"].map((key) => [
      `verify.${key}`,
      { identity: "ci@acme.example" },
    ]),
  ),
};

/** Keyless signing asks whose signatures count. */
const SIGNER: Values = { github: { repository: "acme/bot-core" } };

/** The same for examples of one provider. */
const EXAMPLE_PARTNERS: Readonly<Record<string, Values>> = {
  "acr: registry.replicas": { sku: "Premium" },
};

/** The keys of a table's object that the parser knows, in its own words. */
function keysOfParser(table: Table): string[] {
  const { object } = table;
  const refused = withKey(table, object === undefined ? "zzz" : `${object}.zzz`, 1);
  const [finding = ""] = findingsOf(() => parseWith(refused));
  const known = /unknown key; allowed: ([^;]+)/.exec(finding)?.[1]?.split(", ") ?? [];
  return known.map((key) => (object === undefined ? key : `${object}.${key}`));
}

describe("docs/configuration.md", () => {
  for (const table of TABLES) {
    it(`lists the keys that the parser knows: ${table.heading}`, () => {
      const known = keysOfParser(table);
      assert.ok(known.length > 3, known.join());
      const listed = ROWS.filter((row) => row.table === table).map(({ key }) => key);
      assert.deepEqual(listed.sort(), known.sort());
    });
  }

  for (const row of ROWS) {
    const { table, key, fallback } = row;
    it(`${nameOf(row)}: the default is ${fallback}`, () => {
      const environment = key === "registry" ? { DOCKER_REGISTRY: "localhost:5005/shop" } : {};
      const account = key === "registry.accountId" ? { AWS_ACCOUNT_ID: "000011112222" } : {};
      const parse = (value?: unknown): Settings =>
        parseWith(withKey(table, key, value), [], { ...environment, ...account });
      if (fallback === "**required**") {
        assert.match(findingsOf(() => parse()).join("\n"), new RegExp(`^${key}: not set`, "m"));
        return;
      }
      const place = PLACES[key];
      if (fallback === "_none_") {
        assert.equal(place, undefined);
        parse();
      } else if (fallback === "`{}`") {
        assert.deepEqual(parse(), parse({}));
      } else {
        assert.ok(place !== undefined, "the test does not know where this key's value goes");
        assert.deepEqual(place(parse()), JSON.parse(codeOf(fallback) ?? ""));
      }
    });
  }

  for (const row of ROWS) {
    const { table, key, example } = row;
    if (example === undefined) continue;
    it(`${nameOf(row)}: accepts the example ${example}`, () => {
      const secret = key.startsWith("registry.") ? ["registry"] : [];
      const value: unknown = JSON.parse(example);
      const builders = key === "builders" ? { platforms: ["linux/amd64", "linux/arm64"] } : {};
      const least = { ...table.least, ...EXAMPLE_PARTNERS[nameOf(row)] };
      parseWith({ ...builders, ...withKey({ ...table, least }, key, value) }, secret);
    });
  }

  it("gives every provider's DOCKER_REGISTRY as the parser reads it", () => {
    const rows = tableRows(sectionOf(PAGE, "What DOCKER_REGISTRY adds"));
    const written = rows.map(([provider, reference]) => [
      codeOf(provider) ?? "",
      codeOf(reference) ?? "",
    ]);
    assert.deepEqual(written.map(([provider]) => provider).sort(), Object.keys(REGISTRIES).sort());
    for (const [provider, reference = ""] of written) {
      const small = reference.replace(/[A-Z]{4,}/g, (name) => `my-${name.toLowerCase()}`);
      const environment = { DOCKER_REGISTRY: small };
      const beside = provider === "acr" ? { resourceGroup: "rg" } : undefined;
      const changes = { provider: undefined, registry: beside };
      const { kind } = parseWith(changes, [], environment).registry;
      assert.equal(kind, provider === "gcr" ? "gar" : provider);
    }
  });

  const listed = tableRows(sectionOf(PAGE, "Environment variables")).flatMap(([names = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  );

  it("lists the environment variables that the parser reads", () => {
    const read = new Set<string>();
    const spy = new Proxy<Record<string, string>>(
      {},
      {
        get: (_target, name) => {
          read.add(String(name));
          return undefined;
        },
      },
    );
    for (const provider of Object.keys(REGISTRIES)) {
      const values = { provider, host: '{"address":"unix:///var/run/docker.sock"}' };
      assert.throws(() => parseSettings({ values, secretKeys: new Set() }, spy));
    }
    assert.deepEqual([...read].sort(), [...listed].sort());
  });

  it("does not leave out a variable of .env.example that is not a service's own", () => {
    const example = readFileSync(join(ROOT, ".env.example"), "utf8");
    const [general = ""] = example.split("# --- Addresses");
    const names = [...general.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = ""]) => name);
    assert.ok(names.length > 8);
    assert.deepEqual(
      names.filter((name) => !PAGE.includes(`\`${name}\``)),
      [],
    );
  });
});
