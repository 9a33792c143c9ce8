import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import {
  accountId,
  hasDefaultSubject,
  policyId,
  rulesetId,
  variableValue,
} from "../../../../../lib/registries/github/existing";
import { foreignOwner } from "../../../../../lib/registries/github/packages";
import { repositoryFacts } from "../../../../../lib/registries/github/repositoryFacts";
import type { RestAnswer } from "../../../../../lib/registries/github/restAnswer";

const asked = { owner: "ACME", name: "Shop" };
const nothing: RestAnswer = { code: 404, body: '{"message":"Not Found"}' };

function answer(body: unknown, code = 200): RestAnswer {
  return { code, body: JSON.stringify(body) };
}

describe("repositoryFacts", () => {
  it("gives the numbers, and the names as GitHub spells them", () => {
    const owner = { id: 12, login: "acme", type: "Organization" };
    assert.deepEqual(repositoryFacts(asked, answer({ id: 345, name: "shop", owner })), {
      owner: "acme",
      name: "shop",
      ownerId: 12,
      repositoryId: 345,
      organization: true,
    });
  });

  it("says which name to mend where GitHub shows nothing", () => {
    assert.throws(() => repositoryFacts(asked, nothing), {
      code: "github-repository",
      message:
        '`github.repository` is "ACME/Shop", which GitHub does not show to this token: mend the ' +
        "name by `pulumi config set --path bot-core:github.repository OWNER/NAME`, or give " +
        "GITHUB_TOKEN a token that may read the repository",
    });
  });
});

describe("what is there", () => {
  const policies = answer({
    total_count: 3,
    branch_policies: [
      { id: 1, name: "old" },
      { id: 2, name: "v*", type: "branch" },
      { id: 3, name: "v*", type: "tag" },
    ],
  });

  it("is a variable's value", () => {
    assert.equal(variableValue(answer({ name: "X", value: "" })), "");
    assert.equal(variableValue(nothing), undefined);
  });

  it("is a policy of that pattern and kind", () => {
    assert.equal(policyId(policies, { kind: "tag", pattern: "v*" }), 3);
    assert.equal(policyId(policies, { kind: "branch", pattern: "v*" }), 2);
    assert.equal(policyId(policies, { kind: "branch", pattern: "old" }), 1);
    assert.equal(policyId(policies, { kind: "tag", pattern: "old" }), undefined);
    assert.equal(policyId(nothing, { kind: "tag", pattern: "v*" }), undefined);
  });

  it("is a tag ruleset of that name", () => {
    const rulesets = answer([
      { id: 1, name: "a", target: "branch" },
      { id: 2, name: "a", target: "tag" },
    ]);
    assert.equal(rulesetId(rulesets, "a"), 2);
    assert.equal(rulesetId(rulesets, "b"), undefined);
  });

  it("is an account's number", () => {
    assert.equal(accountId(answer({ id: 583231, login: "octocat" })), 583231);
    assert.equal(accountId(nothing), undefined);
  });

  it("is a subject of GitHub's own format, unless the repository says otherwise", () => {
    assert.equal(hasDefaultSubject(nothing), true);
    assert.equal(hasDefaultSubject(answer({ use_default: true })), true);
    assert.equal(hasDefaultSubject(answer({ use_default: false })), false);
  });

  it("is never taken from an answer of another shape", () => {
    const strange = [answer({}, 200), answer({ value: 1 }), { code: 200, body: "<html>" }];
    for (const one of strange) {
      assert.throws(
        () => variableValue(one),
        (error: unknown) => error instanceof UserError && error.code === "github-lookup",
      );
    }
  });
});

describe("foreignOwner", () => {
  const github = {
    kind: "github",
    owner: "Acme",
    name: "shop",
    environment: "production",
    reviewers: [],
    defaultBranch: "main",
  } as const;

  it("is nobody where owner and repository belong together, in any case", () => {
    assert.equal(foreignOwner("acme", github), undefined);
    assert.equal(foreignOwner("other", { kind: "off" }), undefined);
  });

  it("is the owner whom a workflow's token does not reach", () => {
    assert.equal(
      foreignOwner("other", github),
      "the packages belong to other, and the workflows of Acme/shop can push to those of Acme " +
        "alone: set bot-core:registry.owner to Acme, or give the workflow a token as " +
        "docs/registries/ghcr.md says",
    );
  });
});
