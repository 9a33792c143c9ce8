import assert from "node:assert/strict";
import { test } from "mocha";
import fc from "fast-check";
import { pushRefs, subjects } from "../../../../../lib/registries/github/subjects";

const shop = { owner: "acme", name: "shop" };
const numbered = { ...shop, ownerId: 12, repositoryId: 345 };
const refs = pushRefs({ defaultBranch: "main", environment: "production" });

test("the default branch, v* tags and the environment push, in both formats of the subject", () => {
  assert.deepEqual(subjects(numbered, refs), [
    "repo:acme/shop:ref:refs/heads/main",
    "repo:acme@12/shop@345:ref:refs/heads/main",
    "repo:acme/shop:ref:refs/tags/v*",
    "repo:acme@12/shop@345:ref:refs/tags/v*",
    "repo:acme/shop:environment:production",
    "repo:acme@12/shop@345:environment:production",
  ]);
});

test("pull requests have a subject of their own", () => {
  assert.deepEqual(subjects(numbered, [{ kind: "pullRequest" }]), [
    "repo:acme/shop:pull_request",
    "repo:acme@12/shop@345:pull_request",
  ]);
});

test("without a number there is no wildcard in its place", () => {
  const expected = ["repo:acme/shop:ref:refs/heads/main"];
  const main = [{ kind: "branch", name: "main" }] as const;
  assert.deepEqual(subjects(shop, main), expected);
  assert.deepEqual(subjects({ ...shop, ownerId: 12 }, main), expected);
  assert.deepEqual(subjects({ ...shop, repositoryId: 345 }, main), expected);
});

test("a colon in an environment's name is encoded, as GitHub does", () => {
  assert.deepEqual(subjects(shop, [{ kind: "environment", name: "eu:prod:1" }]), [
    "repo:acme/shop:environment:eu%3Aprod%3A1",
  ]);
});

test("no subject of one repository is accepted by the patterns of another", () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/);
  const repository = fc.record({
    owner: name,
    name,
    ownerId: fc.integer({ min: 1, max: 99 }),
    repositoryId: fc.integer({ min: 1, max: 99 }),
  });
  const branch = fc.stringMatching(/^[a-z0-9/]{1,8}$/);
  fc.assert(
    fc.property(repository, repository, branch, (ours, theirs, pushed) => {
      fc.pre(ours.owner !== theirs.owner || ours.name !== theirs.name);
      const accepted = subjects(ours, refs).map(wildcard);
      const presented = subjects(theirs, [
        { kind: "branch", name: pushed },
        { kind: "tag", pattern: "v1.0.0" },
        { kind: "environment", name: "production" },
      ]);
      for (const subject of presented) {
        assert.ok(!accepted.some((pattern) => pattern.test(subject)), subject);
      }
    }),
  );
});

/** IAM's StringLike: `*` stands for anything. */
function wildcard(pattern: string): RegExp {
  const literal = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`);
}
