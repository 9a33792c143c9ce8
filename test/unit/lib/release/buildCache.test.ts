import assert from "node:assert/strict";
import type { PublishedVersion } from "../../../../lib/images";
import { type CacheSources, withCaches } from "../../../../lib/release/buildCache";
import type { ServicePlan } from "../../../../lib/release/plan";
import type { ReleaseRecord } from "../../../../lib/release/record";

const AMD = "linux/amd64";
const ARM = "linux/arm64";
const NAME = "registry.example/shop/web";

function digest(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

function published(platforms: Readonly<Record<string, string>>): PublishedVersion {
  const images = Object.entries(platforms).map(([platform, of]) => ({ platform, digest: of }));
  return { digest: digest("f"), platforms: images, sizeBytes: 1 };
}

function record(built: boolean, cache?: readonly string[]): ReleaseRecord {
  const platform = {
    digest: digest("a"),
    inputs: "old",
    built,
    ...(cache === undefined ? {} : { cache }),
  };
  return {
    version: "v0.1.0",
    services: { web: { platforms: { [AMD]: platform } } },
    hasHost: false,
    repositories: [],
  };
}

function plan(...platforms: readonly string[]): ServicePlan & { kind: "publish" } {
  return {
    kind: "publish",
    service: "web",
    repository: "shop/web",
    inputsDigest: "new",
    images: platforms.map((platform) => ({ kind: "build", platform, inputs: "new" })),
  };
}

/** A registry that has some versions and digests, and says what it was asked. */
function sources(
  versions: Readonly<Record<string, PublishedVersion>>,
  digests: readonly string[] = [],
): CacheSources & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookUpVersion: (_, version) => {
      asked.push(version);
      return Promise.resolve(versions[version]);
    },
    findBuilt: (_, reference) => {
      asked.push(reference);
      return Promise.resolve(digests.includes(reference) ? reference : undefined);
    },
  };
}

const warnings: unknown[] = [];
const OPTIONS = {
  server: "registry.example",
  version: "v0.2.0",
  previousVersion: "v0.1.0",
  warn: (error: unknown) => void warnings.push(error),
};

async function caches(
  of: ServicePlan,
  past: ReleaseRecord | undefined,
  asked: CacheSources,
): Promise<readonly unknown[]> {
  const [planned] = await withCaches([of], past, asked, OPTIONS);
  assert.ok(planned?.kind === "publish");
  return planned.images.map((image) => (image.kind === "build" ? image.cache : image.kind));
}

describe("withCaches", () => {
  beforeEach(() => (warnings.length = 0));

  it("takes what this stack released last, by digest, where the registry still has it", async () => {
    const registry = sources({ "v0.1.0": published({ [AMD]: digest("b") }) }, [digest("a")]);
    assert.deepEqual(await caches(plan(AMD), record(false), registry), [
      [`${NAME}@${digest("a")}`],
    ]);
    assert.deepEqual(registry.asked, [digest("a")]);
  });

  it("looks behind the version, the one before it and `latest` otherwise, for each platform", async () => {
    const registry = sources({
      "v0.1.0": published({ [AMD]: digest("b") }),
      latest: published({ [AMD]: digest("c"), [ARM]: digest("d") }),
    });
    assert.deepEqual(await caches(plan(AMD, ARM), record(false), registry), [
      [`${NAME}@${digest("b")}`],
      [`${NAME}@${digest("d")}`],
    ]);
  });

  it("is an empty list where there is no release yet: the image carries a cache for the next", async () => {
    assert.deepEqual(await caches(plan(AMD), undefined, sources({})), [[]]);
  });

  it("asks nothing for what is taken as it is, or was built before", async () => {
    const registry = sources({}, [digest("a")]);
    const reused = {
      ...plan(),
      images: [{ kind: "reuse", platform: AMD, inputs: "new", digest: digest("a") } as const],
    };
    assert.deepEqual(await caches(reused, record(true), registry), ["reuse"]);
    const again = (cache?: readonly string[]): ServicePlan => ({
      ...plan(),
      images: [
        { kind: "build", platform: AMD, inputs: "old", ...(cache === undefined ? {} : { cache }) },
      ],
    });
    assert.deepEqual(await caches(again(["x@y"]), record(true, ["x@y"]), registry), [["x@y"]]);
    assert.deepEqual(await caches(again(), record(true), registry), [undefined]);
    assert.deepEqual(registry.asked, []);
  });

  it("leaves a version that is deployed alone", async () => {
    const deployed: ServicePlan = {
      kind: "deploy",
      service: "web",
      repository: "shop/web",
      published: published({ [AMD]: digest("a") }),
      differs: false,
    };
    assert.deepEqual(await withCaches([deployed], undefined, sources({}), OPTIONS), [deployed]);
  });

  it("goes on without a cache where the registry does not answer, and says so", async () => {
    const refused = new Error("refused");
    const registry: CacheSources = {
      lookUpVersion: () => Promise.reject(refused),
      findBuilt: () => Promise.reject(refused),
    };
    assert.deepEqual(await caches(plan(AMD), record(false), registry), [[]]);
    assert.ok(warnings.length > 0 && warnings.every((one) => one === refused));
  });
});
