import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanupPolicies } from "../../../../../lib/registries/gar/cleanup";
import { type Manifest, randomRegistry, reachable, survivors } from "./cleanupModel";

const DAY = 24;
/** With `v`, or with a major number of one digit. */
const RELEASE = /^(v\d+|\d)\.\d+\.\d+$/;

describe("cleanupPolicies", () => {
  it("are two: pull requests go, releases stay", () => {
    assert.deepEqual(cleanupPolicies({ prDays: 14, version: "v1.2.3" }), [
      {
        id: "delete-pull-requests",
        action: "DELETE",
        condition: { tagState: "TAGGED", tagPrefixes: ["pr-"], olderThan: "1209600s" },
      },
      {
        id: "keep-releases",
        action: "KEEP",
        condition: {
          tagState: "TAGGED",
          tagPrefixes: ["latest", "v", "0.", "1.", "2.", "3.", "4.", "5.", "6.", "7.", "8.", "9."],
        },
      },
    ]);
  });

  it("do not change from release to release", () => {
    const policies = ["v1.2.3", "v2.0.0-rc.1", "1.2.3", "9.0.0", "latest", "v1"].map((version) =>
      JSON.stringify(cleanupPolicies({ prDays: 14, version })),
    );
    assert.equal(new Set(policies).size, 1);
  });

  for (const [version, kept] of [
    ["dev", "dev"],
    ["pr-17", "pr-17"],
    ["2026.11.1", "2026."],
    ["10.0.0", "10."],
  ] as const) {
    it(`keep ${kept} where ${version} is deployed`, () => {
      const [, keep] = cleanupPolicies({ prDays: 14, version });
      assert.equal(keep?.condition.tagPrefixes.at(-1), kept);
    });
  }

  it("take an old image of a pull request, and leave a young one", () => {
    const one = (tag: string, age: number): Manifest => manifest(`sha256:${tag}`, [tag], age);
    const registry = [one("pr-1", 15 * DAY), one("pr-2", 13 * DAY), one("dev", 90 * DAY)];
    const kept = survivors(registry, cleanupPolicies({ prDays: 14, version: "v1.0.0" }));
    assert.deepEqual(
      kept.map(({ tags }) => tags[0]),
      ["pr-2", "dev"],
    );
  });

  it("keep a version that was published from a pull request", () => {
    for (const version of ["v1.0.0", "1.0.0", "12.0.0"]) {
      const release = manifest("sha256:a", [version, "pr-17"], 90 * DAY);
      assert.equal(
        survivors([release], cleanupPolicies({ prDays: 14, version })).length,
        1,
        version,
      );
    }
  });

  it("never take anything that a kept index reaches, or that belongs to it", () => {
    fc.assert(
      fc.property(
        randomRegistry,
        fc.integer({ min: 1, max: 60 }),
        ({ manifests, deployed }, prDays) => {
          const kept = survivors(manifests, cleanupPolicies({ prDays, version: deployed }));
          const digests = new Set(kept.map(({ digest }) => digest));
          for (const digest of reachable(manifests, kept)) {
            assert.ok(digests.has(digest), `${digest} is gone`);
          }
          const releases = manifests.filter(({ tags }) => tags.some((tag) => RELEASE.test(tag)));
          assert.ok(
            releases.every(({ digest }) => digests.has(digest)),
            "a release is gone",
          );
          const running = manifests.find(({ tags }) => tags.includes(deployed));
          assert.ok(
            running === undefined || digests.has(running.digest),
            "the deployed one is gone",
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it("are tested by a model that finds the loss of a platform image or a signature", () => {
    const careless = ["UNTAGGED", "pb-"].map((what) => ({
      id: what,
      action: "DELETE" as const,
      condition: {
        tagState: what === "UNTAGGED" ? ("UNTAGGED" as const) : ("TAGGED" as const),
        tagPrefixes: what === "UNTAGGED" ? [] : [what],
        olderThan: "86400s",
      },
    }));
    for (const policy of careless) {
      const found = fc.check(
        fc.property(randomRegistry, ({ manifests }) => {
          const kept = survivors(manifests, [policy]);
          const digests = new Set(kept.map(({ digest }) => digest));
          return reachable(manifests, kept).every((digest) => digests.has(digest));
        }),
        { numRuns: 500 },
      );
      assert.ok(found.failed, policy.id);
    }
  });
});

function manifest(digest: string, tags: readonly string[], ageHours: number): Manifest {
  return { digest, tags, ageHours, children: [] };
}
