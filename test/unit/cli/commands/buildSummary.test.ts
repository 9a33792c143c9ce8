import assert from "node:assert/strict";
import { beganOf, rowOf, summaryOutcome } from "../../../../cli/commands/buildSummary";
import { digestOf } from "../../../../lib/oci";

const NAMES = { service: "web", platform: "linux/amd64" };
const look = { width: 80, colour: false };

interface Step {
  readonly by: string;
  readonly at: string;
  /** Absent: it makes no layer. */
  readonly layer?: string;
}

/** A registry with images that are no more than their steps. */
class Images {
  private readonly manifests = new Map<string, Buffer>();
  private readonly blobs = new Map<string, Buffer>();

  public add(created: string, ...steps: readonly Step[]): string {
    const config = JSON.stringify({
      created,
      rootfs: { diff_ids: steps.flatMap(({ layer }) => (layer === undefined ? [] : [layer])) },
      history: steps.map(({ by, at, layer }) => ({
        created: at,
        created_by: by,
        ...(layer === undefined ? { empty_layer: true } : {}),
      })),
    });
    this.blobs.set(digestOf(config), Buffer.from(config));
    const manifest = JSON.stringify({ config: { digest: digestOf(config) } });
    this.manifests.set(digestOf(manifest), Buffer.from(manifest));
    return digestOf(manifest);
  }

  public readonly getManifest = (_: string, digest: string) => {
    const bytes = this.manifests.get(digest);
    const found = bytes && { bytes, digest, mediaType: "", size: bytes.length };
    return Promise.resolve(found);
  };

  public readonly getBlob = (_: string, digest: string) => Promise.resolve(this.blobs.get(digest));
}

const BASE: Step = { by: "base", at: "2026-01-01T00:00:00Z", layer: "sha256:b" };
const INSTALL: Step = { by: "RUN install", at: "2026-02-01T00:00:00Z", layer: "sha256:i" };
const OLD: Step = { by: "COPY . .", at: "2026-02-01T00:01:00Z", layer: "sha256:1" };
const NEW: Step = { by: "COPY . .", at: "2026-03-01T00:01:00Z", layer: "sha256:2" };
const COMMAND: Step = { by: "CMD run", at: "2026-03-01T00:01:00Z" };
const BEGAN = Date.parse("2026-03-01T00:00:00Z");

describe("build-summary", () => {
  const client = new Images();
  const asked = { client, path: "shop/web", began: BEGAN };
  const before = client.add(OLD.at, BASE, INSTALL, OLD, { ...COMMAND, at: OLD.at });
  const after = client.add(NEW.at, BASE, INSTALL, NEW, COMMAND);
  const name = (digest: string): string => `registry.example/shop/web@${digest}`;

  it("counts the steps, from the first on, that are those of the image behind the cache", async () => {
    const row = await rowOf(NAMES, { digest: after, built: true, cache: [name(before)] }, asked);
    assert.deepEqual(row, { ...NAMES, built: true, steps: 3, cached: 2 });
  });

  it("counts none where the same command was run again", async () => {
    const again = client.add(NEW.at, BASE, { ...INSTALL, at: NEW.at }, NEW, COMMAND);
    const row = await rowOf(NAMES, { digest: again, built: true, cache: [name(before)] }, asked);
    assert.equal(row.cached, 1);
  });

  it("counts an image that was there as cached whole, also one that an earlier run built", async () => {
    const whole = { ...NAMES, built: false, steps: 3, cached: 3 };
    assert.deepEqual(await rowOf(NAMES, { digest: after, built: false }, asked), whole);
    const earlier = { digest: before, built: true, cache: [] };
    assert.deepEqual(await rowOf(NAMES, earlier, asked), whole);
  });

  it("counts nothing as cached without a cache, or where its image is gone", async () => {
    assert.equal((await rowOf(NAMES, { digest: after, built: true }, asked)).cached, 0);
    const gone = { digest: after, built: true, cache: [name(digestOf("gone"))] };
    assert.equal((await rowOf(NAMES, gone, asked)).cached, 0);
  });

  it("finds the last update's start, behind what else was done", () => {
    const history = [
      { kind: "refresh", startTime: "2026-03-02T00:00:00Z" },
      { kind: "update", startTime: "2026-03-01T00:00:00Z" },
      { kind: "update", startTime: "2026-02-01T00:00:00Z" },
    ];
    assert.equal(beganOf(JSON.stringify(history)), BEGAN);
    assert.equal(beganOf("[]"), undefined);
    assert.equal(beganOf("no history"), undefined);
  });

  it("says each platform's share and the whole one, and what is not in it", () => {
    const rows = [
      { ...NAMES, built: true, steps: 4, cached: 2 },
      { service: "api", platform: "linux/amd64", built: false, steps: 6, cached: 6 },
    ];
    const outcome = summaryOutcome("v0.2.0", rows);
    assert.deepEqual(outcome.json, {
      version: "v0.2.0",
      platforms: rows,
      steps: 10,
      cached: 8,
      share: 0.8,
    });
    assert.deepEqual(outcome.text(look).split("\n"), [
      "### Build cache of `v0.2.0`: 80 %",
      "",
      "| service | platform | | steps | cached | share |",
      "| --- | --- | --- | ---: | ---: | ---: |",
      "| `web` | linux/amd64 | built | 4 | 2 | 50 % |",
      "| `api` | linux/amd64 | was there | 6 | 6 | 100 % |",
      "",
      "8 of 10 steps were not done again. Steps are those that make a layer of a Dockerfile's last " +
        "stage, its base image's among them: inline caches hold no others.",
    ]);
  });
});
