import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSettings } from "../../../lib/settings/parse";
import type { Settings } from "../../../lib/settings/settings";
import { findingsOf, parseWith, type Values } from "../config/support";
import { codeOf, readPage, ROOT, sectionOf, tableRows } from "./markdown";

const PAGE = readPage("docs/configuration.md");

interface Row {
  readonly key: string;
  readonly fallback: string;
  readonly example: string | undefined;
}

const ROWS: readonly Row[] = ["Keys", "`registry` of provider `private`", "`host`", "`rollout`"]
  .concat("`retention`")
  .flatMap((heading) => tableRows(sectionOf(PAGE, heading)))
  .map(([key, , fallback = "", example]) => ({
    key: codeOf(key) ?? "",
    fallback,
    example: codeOf(example),
  }));

/** Where the parsed settings keep what a key says. */
const PLACES: Readonly<Record<string, (settings: Settings) => unknown>> = {
  composeFiles: ({ release }) => release.composeFiles,
  platforms: ({ build }) => build.platforms,
  build: ({ build }) => build.mode,
  push: ({ build }) => build.push,
  index: ({ build }) => build.index,
  "registry.namespace": ({ registry }) => registry.namespace,
  "registry.insecure": ({ registry }) => registry.endpoint.insecure,
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
  "retention.deleteOnDestroy": ({ retention }) => retention.deleteOnDestroy,
};

/** The least that each object needs. */
const OBJECTS: Readonly<Record<string, Values>> = {
  registry: { server: "registry.example.com" },
  host: { address: "unix:///var/run/docker.sock" },
  rollout: {},
  retention: {},
};

/** A configuration with one key changed; undefined takes it out. */
function withKey(key: string, value: unknown): Values {
  const [first = "", second] = key.split(".");
  if (second === undefined) return { [first]: value };
  const partner = PARTNERS[second];
  const pair = value === undefined || partner === undefined ? {} : { [partner]: "x" };
  return { [first]: { ...OBJECTS[first], ...pair, [second]: value } };
}

/** Keys that are only allowed together. */
const PARTNERS: Readonly<Record<string, string>> = {
  username: "password",
  password: "username",
  pullUsername: "pullPassword",
  pullPassword: "pullUsername",
};

/** The keys of an object that the parser knows, in its own words. */
function keysOfParser(object?: string): string[] {
  const refused =
    object === undefined ? { zzz: "1" } : { [object]: { ...OBJECTS[object], zzz: "1" } };
  const [finding = ""] = findingsOf(() => parseWith(refused));
  const known = /unknown key; allowed: ([^;]+)/.exec(finding)?.[1]?.split(", ") ?? [];
  return known.map((key) => (object === undefined ? key : `${object}.${key}`));
}

describe("docs/configuration.md", () => {
  it("lists the keys that the parser knows", () => {
    const known = [undefined, ...Object.keys(OBJECTS)].flatMap(keysOfParser);
    assert.ok(known.length > 40, known.join());
    assert.deepEqual(ROWS.map(({ key }) => key).sort(), known.sort());
  });

  for (const { key, fallback } of ROWS) {
    it(`${key}: the default is ${fallback}`, () => {
      const environment = key === "registry" ? { DOCKER_REGISTRY: "localhost:5005/shop" } : {};
      const parse = (value?: unknown): Settings => parseWith(withKey(key, value), [], environment);
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

  for (const { key, example } of ROWS) {
    if (example === undefined) continue;
    it(`${key}: accepts the example ${example}`, () => {
      const secret = key.startsWith("registry.") ? ["registry"] : [];
      const value: unknown = JSON.parse(example);
      const builders = key === "builders" ? { platforms: ["linux/amd64", "linux/arm64"] } : {};
      parseWith({ ...builders, ...withKey(key, value) }, secret);
    });
  }

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
    const values = { provider: "private", host: '{"address":"unix:///var/run/docker.sock"}' };
    assert.throws(() => parseSettings({ values, secretKeys: new Set() }, spy));
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
