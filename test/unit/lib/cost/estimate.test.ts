import assert from "node:assert/strict";
import { costOutcome } from "../../../../cli/commands/cost";
import { estimate } from "../../../../lib/cost/estimate";
import { type Price, PRICES } from "../../../../lib/cost/prices";
import { usageOf } from "../../../../lib/cost/usage";
import { planRetention } from "../../../../lib/retention";
import type { RegistrySettings } from "../../../../lib/settings/settings";
import { graphOf, NOTHING_DEPLOYED, NOW, SETTINGS } from "../retention/support";

const endpoint = { server: "registry.example.com", insecure: false };
const base = {
  endpoint,
  account: { endpoint, push: { kind: "docker" }, pull: { kind: "docker" } },
  lookUp: { kind: "docker" },
  namespace: "n",
  separator: "/",
  manage: true,
} as const;
const ecr = {
  ...base,
  kind: "ecr",
  region: "a",
  accountId: "1",
  replicas: [],
  pullFrom: "a",
  scanning: "basic",
  cache: [],
} as const;
const gar = {
  ...base,
  kind: "gar",
  project: "p",
  location: "l",
  repository: "r",
  scanning: "off",
  cache: [],
} as const;
const acr = {
  ...base,
  kind: "acr",
  resourceGroup: "g",
  name: "n",
  sku: "Basic",
  replicas: [],
  cache: [],
} as const;

describe("cost", () => {
  const GB = 1e9;
  const cases: readonly (readonly [
    string,
    RegistrySettings,
    number,
    number,
    number | undefined,
  ])[] = [
    ["ECR by the gigabyte", ecr, 5.5 * GB, 6, 0.55],
    ["ECR in two more regions", { ...ecr, replicas: ["b", "c"] }, 5.5 * GB, 6, 1.65],
    ["ECR with enhanced scanning", { ...ecr, scanning: "enhanced" }, 5.5 * GB, 6, 1.09],
    ["GAR beyond the free half", gar, 5.5 * GB, 6, 0.5],
    ["GAR within it", gar, 0.4 * GB, 0, 0],
    ["GAR with scanning", { ...gar, scanning: "inherited" }, 5.5 * GB, 6, 2.06],
    ["ACR Basic", acr, 5.5 * GB, 6, 5.08],
    ["ACR Basic beyond its 10 GB", acr, 25 * GB, 6, 6.45],
    [
      "ACR Premium in two regions",
      { ...acr, sku: "Premium", replicas: ["b"] },
      5.5 * GB,
      6,
      101.48,
    ],
    ["GHCR", { ...base, kind: "ghcr", owner: "o", repository: "r" }, 5.5 * GB, 6, 0],
    ["Docker Hub", { ...base, kind: "dockerhub", owner: "o" }, 5.5 * GB, 6, 0],
    ["a private registry", { ...base, kind: "private" }, 5.5 * GB, 6, undefined],
  ];
  for (const [name, registry, bytes, newImages, usd] of cases) {
    it(`estimates ${name}`, () => {
      const found = estimate(registry, { bytes, newImages });
      assert.equal(found.usd === undefined ? undefined : Math.round(found.usd * 100) / 100, usd);
    });
  }

  it("counts each layer once, and what stays apart from what is there", () => {
    const graph = graphOf({
      a: { tags: ["main"], age: 1 },
      b: { age: 20 },
      c: { age: 40, tags: ["dev"] },
    });
    const layer = new Map([["layer", 100]]);
    const manifests = [...graph.manifests].map(
      ([digest, one]) => [digest, { ...one, blobs: new Map([...layer, ...one.blobs]) }] as const,
    );
    const plan = (repository: string) =>
      planRetention(
        { ...graph, repository, manifests: new Map(manifests) },
        SETTINGS,
        NOTHING_DEPLOYED,
        NOW,
      );
    assert.deepEqual(usageOf([plan("x")], "registry", NOW), {
      kept: { bytes: 120, newImages: 1 },
      all: { bytes: 130, newImages: 2 },
    });
    assert.equal(usageOf([plan("x"), plan("y")], "registry", NOW).kept.bytes, 120);
    assert.equal(usageOf([plan("x"), plan("y")], "repository", NOW).kept.bytes, 240);
  });

  it("says the date and source of each price, and that it is an estimate, in 80 columns", () => {
    const usage = { bytes: 5.5 * GB, newImages: 6 };
    const registry = { ...ecr, scanning: "enhanced", replicas: ["b"] } as const;
    const { json, text } = costOutcome(
      "r.example.com",
      usage,
      { bytes: 6 * GB, newImages: 6 },
      estimate(registry, usage),
    );
    const lines = text({ width: 80, colour: false }).split("\n");
    assert.ok(
      lines.every((line) => line.length <= 80),
      lines.join("\n"),
    );
    assert.match(lines.join(" "), /about \$2\.18 a month: an estimate at list prices, no bill/);
    assert.match(lines.join(" "), /images prune` frees 500\.0 MB/);
    const { lines: rows } = json as { lines: readonly { source: string; date: string }[] };
    assert.ok(rows.every(({ source, date }) => source !== "" && /^20\d\d(-\d\d)?$/.test(date)));
  });

  it("has a source and a date for every price", () => {
    const prices: readonly Price[] = Object.values(PRICES);
    for (const { source, date, usd } of prices) {
      assert.ok(source !== "" && /^20\d\d(-\d\d)?$/.test(date) && usd >= 0);
    }
  });
});
