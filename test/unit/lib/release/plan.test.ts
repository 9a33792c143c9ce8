import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import type { PublishedVersion } from "../../../../lib/images";
import {
  planRelease,
  publishes,
  type CheckoutInputs,
  type ReleaseInquiry,
  type ServiceInquiry,
} from "../../../../lib/release/plan";
import type { ReleaseRecord } from "../../../../lib/release/record";

const platform = "linux/amd64";
const DIGEST_A = `sha256:${"a".repeat(64)}`;
const DIGEST_B = `sha256:${"b".repeat(64)}`;

function published(inputsDigest: string, revision = "1234abc"): PublishedVersion {
  return {
    digest: DIGEST_A,
    platforms: [{ platform, digest: DIGEST_B }],
    inputsDigest,
    revision,
    sizeBytes: 10,
  };
}

function checkout(inputsDigest: string, found?: string): CheckoutInputs {
  return {
    inputsDigest,
    platforms: [
      { platform, inputs: `${inputsDigest}-amd64`, ...(found === undefined ? {} : { found }) },
    ],
  };
}

function record(version: string, inputs: string, built = true): ReleaseRecord {
  const platforms = { [platform]: { digest: DIGEST_B, inputs: `${inputs}-amd64`, built } };
  return { version, services: { web: { platforms } }, hasHost: false, repositories: [] };
}

function inquiry(
  service: Partial<ServiceInquiry>,
  changes: Partial<ReleaseInquiry> = {},
): ReleaseInquiry {
  return {
    version: "v1.0.0",
    kind: "semver",
    policy: "missing",
    source: { isDefaultBranch: true, dirty: false },
    allowDirty: false,
    push: true,
    services: [{ service: "web", repository: "shop/web", ...service }],
    ...changes,
  };
}

/** The plan of the one service, in a word or two. */
function outline(asked: ReleaseInquiry, past?: ReleaseRecord): string {
  const [plan] = planRelease(asked, past);
  assert.ok(plan);
  if (plan.kind === "deploy") return plan.differs ? "deploy, differs" : "deploy";
  return `publish: ${plan.images.map(({ kind }) => kind).join()}`;
}

describe("planRelease", () => {
  it("takes a published image itself, not what stands under its build's tag by now", () => {
    const foreign = `sha256:${"9".repeat(64)}`;
    const asked = inquiry({ published: published("A"), checkout: checkout("A", foreign) });
    const [plan] = planRelease(asked, record("v1.0.0", "A", false));
    assert.ok(plan?.kind === "publish");
    assert.deepEqual(
      plan.images.map((image) => image.kind === "reuse" && image.digest),
      [DIGEST_B],
    );
  });

  const table: readonly [string, ReleaseInquiry, ReleaseRecord | undefined, string][] = [
    ["a new version is built", inquiry({ checkout: checkout("A") }), undefined, "publish: build"],
    [
      "inputs that the registry has are not built again",
      inquiry({ checkout: checkout("A", DIGEST_B) }),
      undefined,
      "publish: reuse",
    ],
    [
      "the run after a build declares what it declared",
      inquiry({ published: published("A"), checkout: checkout("A", DIGEST_B) }),
      record("v1.0.0", "A"),
      "publish: build",
    ],
    [
      "the run after a publication of found images declares what it declared",
      inquiry({ published: published("A"), checkout: checkout("A", DIGEST_B) }),
      record("v1.0.0", "A", false),
      "publish: reuse",
    ],
    [
      "a published image whose build tag was cleaned up is not built again",
      inquiry({ published: published("A"), checkout: checkout("A") }),
      record("v1.0.0", "A", false),
      "publish: reuse",
    ],
    [
      "an unchanged service of a new version keeps its declaration",
      inquiry({ checkout: checkout("A", DIGEST_B) }),
      record("v0.9.0", "A"),
      "publish: build",
    ],
    [
      "a published version on a new machine is deployed",
      inquiry({ published: published("A"), checkout: checkout("A", DIGEST_B) }),
      undefined,
      "deploy",
    ],
    [
      "a published version is deployed though the source moved on",
      inquiry({ published: published("A"), checkout: checkout("B") }),
      record("v1.0.0", "A"),
      "deploy, differs",
    ],
    [
      "a published version is deployed though the source is broken",
      inquiry({ published: published("A"), fault: new UserError("no Dockerfile", "x") }),
      record("v0.9.0", "B"),
      "deploy, differs",
    ],
    [
      "going back after a release that failed at the host keeps the first build's declaration",
      inquiry({ published: published("A"), checkout: checkout("A", DIGEST_B) }),
      record("v1.0.0", "A"),
      "publish: build",
    ],
    [
      "a movable version with a changed source is built again",
      inquiry(
        { published: published("A"), checkout: checkout("B") },
        { version: "dev", kind: "movable" },
      ),
      record("dev", "A"),
      "publish: build",
    ],
    [
      "a movable version of the same source is deployed",
      inquiry(
        { published: published("A"), checkout: checkout("A") },
        { version: "dev", kind: "movable" },
      ),
      undefined,
      "deploy",
    ],
    [
      "a movable version that lacks a platform is completed",
      inquiry(
        {
          published: {
            ...published("A"),
            platforms: [{ platform: "linux/arm64", digest: DIGEST_B }],
          },
          checkout: checkout("A"),
        },
        { version: "dev", kind: "movable" },
      ),
      undefined,
      "publish: build",
    ],
    [
      "an alias is deployed as it stands, whatever the source is",
      inquiry(
        { published: published("A"), checkout: checkout("B") },
        { version: "latest", kind: "alias" },
      ),
      undefined,
      "deploy, differs",
    ],
    [
      "without a push a published version is not built again",
      inquiry({ published: published("A"), checkout: checkout("A", DIGEST_B) }, { push: false }),
      record("v1.0.0", "A"),
      "deploy",
    ],
    [
      "without a push an image that is in the registry is not built again",
      inquiry({ checkout: checkout("A", DIGEST_B) }, { push: false }),
      record("v0.9.0", "A"),
      "publish: reuse",
    ],
    [
      "build never deploys what is published",
      inquiry({ published: published("A"), checkout: checkout("B") }, { policy: "never" }),
      undefined,
      "deploy, differs",
    ],
    [
      "a dirty source does not matter to a published version",
      inquiry(
        { published: published("A"), checkout: checkout("B") },
        { source: { isDefaultBranch: true, dirty: true } },
      ),
      undefined,
      "deploy, differs",
    ],
  ];
  for (const [name, asked, past, expected] of table) {
    it(name, () => {
      assert.equal(outline(asked, past), expected);
    });
  }

  const refusals: readonly [string, ReleaseInquiry, RegExp][] = [
    [
      "an alias that is not published",
      inquiry({ checkout: checkout("A") }, { version: "latest", kind: "alias" }),
      /^`latest` is not published for web: .* never built; deploy a version/,
    ],
    [
      "build never without a publication",
      inquiry({ checkout: checkout("A") }, { policy: "never" }),
      /^`v1\.0\.0` is not published for web and `bot-core:build` is `never`/,
    ],
    [
      "a dirty source with a semver version",
      inquiry({ checkout: checkout("A") }, { source: { isDefaultBranch: true, dirty: true } }),
      /uncommitted changes, and `v1\.0\.0` would be published/,
    ],
    [
      "a source that cannot be read",
      inquiry({ fault: new UserError("no Dockerfile at services/web", "x") }),
      /^web cannot be built: no Dockerfile at services\/web$/,
    ],
    [
      "a version that another source began",
      inquiry(
        {},
        {
          services: [
            { service: "web", repository: "shop/web", checkout: checkout("A") },
            {
              service: "api",
              repository: "shop/api",
              checkout: checkout("B"),
              published: published("C", "feed123"),
            },
          ],
        },
      ),
      /partly published, from another source \(feed123\): web are missing/,
    ],
  ];
  for (const [name, asked, message] of refusals) {
    it(`refuses ${name}`, () => {
      assert.throws(() => planRelease(asked, undefined), { code: "release-refused", message });
    });
  }

  it("resumes a version that the same source began", () => {
    const plans = planRelease(
      inquiry(
        {},
        {
          services: [
            { service: "web", repository: "shop/web", checkout: checkout("A") },
            {
              service: "api",
              repository: "shop/api",
              checkout: checkout("B"),
              published: published("B"),
            },
          ],
        },
      ),
      undefined,
    );
    assert.deepEqual(
      plans.map(({ kind }) => kind),
      ["publish", "deploy"],
    );
  });

  it("builds dirty sources where that is allowed", () => {
    const dirty = inquiry(
      { checkout: checkout("A") },
      { source: { isDefaultBranch: true, dirty: true }, allowDirty: true },
    );
    assert.equal(outline(dirty), "publish: build");
  });
});

describe("planRelease: the build cache", () => {
  it("declares an image again with what its record says, whatever is set now", () => {
    const past = record("v1.0.0", "A");
    const recorded = past.services["web"]?.platforms[platform];
    assert.ok(recorded);
    const cache = ["registry.example/shop/web@sha256:1"];
    const withCache = {
      ...past,
      services: { web: { platforms: { [platform]: { ...recorded, cache } } } },
    };
    const asked = inquiry({ published: published("A"), checkout: checkout("A", DIGEST_B) });
    const images = (of: ReleaseRecord): unknown =>
      planRelease(asked, of).flatMap((plan) => (plan.kind === "publish" ? plan.images : []));
    const built = { kind: "build", platform, inputs: "A-amd64" };
    assert.deepEqual(images(withCache), [{ ...built, cache }]);
    assert.deepEqual(images(past), [built]);
  });
});

describe("publishes", () => {
  const movable = { version: "dev", kind: "movable" } as const;
  const twoPlatforms: CheckoutInputs = {
    inputsDigest: "a",
    platforms: [...checkout("a").platforms, { platform: "linux/arm64", inputs: "a-arm64" }],
  };
  const table: readonly [string, ReleaseInquiry, ReleaseRecord | undefined, boolean][] = [
    ["a new version", inquiry({ checkout: checkout("a") }), undefined, true],
    [
      "a version that stands, of another source",
      inquiry({ published: published("b"), checkout: checkout("a") }),
      undefined,
      false,
    ],
    [
      "what this stack published, declared to keep its state",
      inquiry({ published: published("a"), checkout: checkout("a") }),
      record("v1.0.0", "a"),
      false,
    ],
    [
      "a movable version of another source",
      inquiry({ published: published("b"), checkout: checkout("a") }, movable),
      record("dev", "b"),
      true,
    ],
    [
      "a movable version of the same source",
      inquiry({ published: published("a"), checkout: checkout("a") }, movable),
      record("dev", "a"),
      false,
    ],
    [
      "a movable version that lacks a platform",
      inquiry({ published: published("a"), checkout: twoPlatforms }, movable),
      record("dev", "a"),
      true,
    ],
  ];
  for (const [name, asked, past, expected] of table) {
    it(`${expected ? "yes" : "no"}: ${name}`, () => {
      assert.equal(publishes(asked, planRelease(asked, past)), expected);
    });
  }
});
