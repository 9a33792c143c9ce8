import assert from "node:assert/strict";
import fc from "fast-check";
import { classifyTag } from "../../../../lib/retention";
import { branchSlug, isMovable, releaseTags, validateTag } from "../../../../lib/tags";
import { branches } from "./histories";

describe("branchSlug", () => {
  const cases: [string, RegExp][] = [
    ["main", /^main$/],
    ["my-branch", /^my-branch$/],
    ["123-login", /^123-login$/],
    ["feat/x", /^feat-x$/],
    ["feat-x", /^branch-feat-x$/],
    ["feat/x/y", /^feat-x-y-[0-9a-f]{7}$/],
    ["me/x", /^me-x-[0-9a-f]{7}$/],
    ["Feat/X", /^feat-x-[0-9a-f]{7}$/],
    ["fix#12", /^fix-12-[0-9a-f]{7}$/],
    ["v1.0", /^branch-v1.0$/],
    ["v1.0.0", /^branch-v1.0.0$/],
    ["1.0.0-01", /^branch-1.0.0-01$/],
    ["latest", /^branch-latest$/],
    ["pr-17", /^branch-pr-17$/],
    ["branch-pr-17", /^branch-branch-pr-17$/],
    ["pb-x", /^branch-pb-x$/],
    ["pB", /^branch-pb-[0-9a-f]{7}$/],
    ["sha-0123abc", /^branch-sha-0123abc-[0-9a-f]{7}$/],
    ["SHA", /^branch-sha-[0-9a-f]{7}$/],
    ["0123456789ab", /^0123456789ab-[0-9a-f]{7}$/],
    ["main-0123456789ab", /^main-0123456789ab-[0-9a-f]{7}$/],
    ["x-0123abc", /^x-0123abc-[0-9a-f]{7}$/],
    ["日本", /^branch-[0-9a-f]{7}$/],
    ["größe", /^gr-e-[0-9a-f]{7}$/],
    ["a".repeat(128), /^a{128}$/],
    ["a".repeat(129), /^a{120}-[0-9a-f]{7}$/],
  ];
  for (const [branch, expected] of cases) {
    it(branch.slice(0, 30), () => {
      assert.match(branchSlug(branch), expected);
    });
  }

  it("is a legal tag that is no version, alias, commit or other reserved tag", () => {
    fc.assert(
      fc.property(branches, fc.integer({ min: 40, max: 128 }), (branch, max) => {
        const slug = branchSlug(branch, max);
        assert.equal(validateTag(slug), undefined);
        assert.ok(slug.length <= max, slug);
        assert.ok(isMovable(slug) && !/^(pr-\d+|(pb|sha256|sha)-.*)$/.test(slug), slug);
        assert.equal(classifyTag(slug).kind, "branch", slug);
      }),
      { numRuns: 2000 },
    );
  });

  it("is no two branches' own", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(branches, (branch) => {
        const slug = branchSlug(branch);
        for (const other of neighbours(branch, slug)) {
          if (other !== branch) assert.notEqual(branchSlug(other), slug, `${branch} | ${other}`);
        }
        assert.equal(seen.get(slug) ?? branch, branch);
        seen.set(slug, branch);
      }),
      { numRuns: 2000 },
    );
  });

  it("is what it is with a commit behind it: a commit's tag of no other branch", () => {
    fc.assert(
      fc.property(branches, branches, (branch, other) => {
        const revision = "0123456789ab".repeat(3);
        const source = { branch, revision, isDefaultBranch: true, dirty: false };
        const [tag = ""] = releaseTags({ version: "dev", source, existing: [] })
          .map((one) => one.tag)
          .filter((one) => one.endsWith("-0123456789ab"));
        assert.equal(validateTag(tag), undefined);
        assert.equal(classifyTag(tag).kind, "commit", tag);
        assert.notEqual(branchSlug(other), tag);
        assert.notEqual(branchSlug(tag), tag);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Branches whose tags would be the same one by a careless rule. */
function neighbours(branch: string, slug: string): string[] {
  return [
    slug,
    branch.replaceAll("/", "-"),
    branch.replace("-", "/"),
    branch.toUpperCase(),
    branch.toLowerCase(),
    `branch-${branch}`,
    `${branch}-`,
    branch.replace(/[^a-z0-9]+/gi, "-"),
  ].filter((other) => other !== "");
}
