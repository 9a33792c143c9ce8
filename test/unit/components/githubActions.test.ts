import assert from "node:assert/strict";
import { declareGithubActions, type GithubActions } from "../../../components/githubActions";
import { UserError } from "../../../lib/errors";
import type { GithubRepositorySettings } from "../../../lib/settings/settings";
import { allRegistered, recordResources, type Recorder, urnOf } from "../support/mocks";
import { GITHUB_ANSWERS, githubCalls, REPOSITORY, shop, type GithubState } from "./support/github";
import { OptionRecorder, PARENT_ANSWERS } from "./support/options";

const VARIABLES = { AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/push" };
const POLICIES = `${REPOSITORY}/environments/production/deployment-branch-policies`;
const RULESETS = `${REPOSITORY}/rulesets`;
const OWNER = `${REPOSITORY}/actions/variables/PULUMI_STACK`;
const NAME = "bot-core: published versions";

interface Run {
  readonly actions: GithubActions;
  readonly recorder: Recorder;
  readonly options: OptionRecorder;
  readonly asked: readonly string[];
}

async function declared(
  settings: GithubRepositorySettings,
  state: GithubState = {},
  { recorded = false, preview = false } = {},
): Promise<Run> {
  const asked: string[] = [];
  const answers = { ...GITHUB_ANSWERS, ...PARENT_ANSWERS };
  const calls = githubCalls(state, asked);
  const recorder = await recordResources(answers, { stack: "prod", calls, preview });
  const options = new OptionRecorder();
  const inputs = { variables: VARIABLES, recorded };
  const actions = await declareGithubActions("github", settings, inputs, options.options);
  await allRegistered();
  return { actions, recorder, options, asked };
}

function inputsOf({ recorder }: Run, name: string): unknown {
  return recorder.registrations.find((one) => one.name === name)?.inputs;
}

function namesOf({ recorder }: Run): readonly string[] {
  return recorder.registrations.map(({ name }) => name).sort();
}

const EVERYTHING = [
  "github",
  "github",
  "github-aws-role-arn",
  "github-deploys-from-branch",
  "github-deploys-from-tag",
  "github-environment",
  "github-pulumi-stack",
  "github-versions",
  "parent",
];

describe("GithubActions", () => {
  it("declares environment, policies, ruleset and variables, and nothing secret", async () => {
    const run = await declared(shop());
    assert.deepEqual(namesOf(run), EVERYTHING);
    assert.deepEqual(inputsOf(run, "github-environment"), {
      repository: "shop",
      environment: "production",
      canAdminsBypass: false,
      preventSelfReview: false,
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    });
    assert.deepEqual(inputsOf(run, "github-deploys-from-branch"), {
      repository: "shop",
      environment: "production",
      branchPattern: "main",
    });
    assert.deepEqual(inputsOf(run, "github-deploys-from-tag"), {
      repository: "shop",
      environment: "production",
      tagPattern: "v*",
    });
    assert.deepEqual(inputsOf(run, "github-versions"), {
      repository: "shop",
      name: NAME,
      target: "tag",
      enforcement: "active",
      conditions: { refName: { includes: ["refs/tags/v*"], excludes: [] } },
      rules: { update: true, deletion: true },
    });
    assert.deepEqual(inputsOf(run, "github-aws-role-arn"), {
      repository: "shop",
      variableName: "AWS_ROLE_ARN",
      value: VARIABLES.AWS_ROLE_ARN,
    });
    assert.deepEqual(inputsOf(run, "github-pulumi-stack"), {
      repository: "shop",
      variableName: "PULUMI_STACK",
      value: "prod",
    });
    assert.deepEqual(
      run.recorder.registrations.flatMap(({ secrets }) => secrets),
      [],
    );
  });

  it("is the parent of all of them", async () => {
    const { actions } = await declared(shop());
    assert.match(
      await urnOf(actions.ruleset),
      /bot-core:index:GithubActions\$github:index\/repositoryRuleset:RepositoryRuleset::github-versions$/,
    );
  });

  it("hands no token to the provider, so that none is in state", async () => {
    process.env["GITHUB_TOKEN"] = "ghp_never-in-state";
    try {
      const { recorder } = await declared(shop());
      const provider = recorder.registrations.find(({ type }) => type.includes("providers"));
      assert.deepEqual(provider?.inputs, { owner: "acme" });
    } finally {
      delete process.env["GITHUB_TOKEN"];
    }
  });

  it("asks for reviewers by number, and lets nobody approve what is his own", async () => {
    const settings = shop({ reviewers: ["octocat", "team:operations"] });
    const run = await declared(settings, {
      "users/octocat": { id: 583231 },
      "orgs/acme/teams/operations": { id: 9 },
    });
    const environment = inputsOf(run, "github-environment") as Record<string, unknown>;
    assert.equal(environment["preventSelfReview"], true);
    assert.deepEqual(environment["reviewers"], [{ users: [583231], teams: [9] }]);
  });

  it("names every reviewer whom GitHub does not know", async () => {
    const settings = shop({ reviewers: ["octocat", "nobody", "team:none"] });
    await refused(
      declared(settings, { "users/octocat": { id: 583231 } }),
      "github-reviewers",
      /github\.reviewers\[1\]: "nobody" is no user[^]*github\.reviewers\[2\]: "team:none" is no team of acme/,
    );
  });

  it("asks for no team of a user", async () => {
    const owner = { id: 12, login: "acme", type: "User" };
    const state = { [REPOSITORY]: { id: 345, name: "shop", owner } };
    const asking = declared(shop({ reviewers: ["team:operations"] }), state);
    await refused(asking, "github-reviewers", /is no team of acme/);
  });

  it("registers the same in a preview", async () => {
    assert.deepEqual(namesOf(await declared(shop(), {}, { preview: true })), EVERYTHING);
  });
});

describe("GithubActions, where GitHub has some of it", () => {
  const taken: GithubState = {
    [`${REPOSITORY}/actions/variables/AWS_ROLE_ARN`]: { value: "arn:of:before" },
    [POLICIES]: {
      branch_policies: [
        { id: 5, name: "main", type: "branch" },
        { id: 6, name: "v*", type: "branch" },
        { id: 8, name: "v*", type: "tag" },
      ],
    },
    [RULESETS]: [
      { id: 76, name: NAME, target: "branch" },
      { id: 77, name: NAME, target: "tag" },
    ],
  };

  it("takes it over, and leaves the settings that may differ to the next run", async () => {
    const { options } = await declared(shop(), taken);
    assert.deepEqual(options.of("github-aws-role-arn"), {
      import: "shop:AWS_ROLE_ARN",
      ignoreChanges: ["value"],
    });
    assert.equal(options.of("github-deploys-from-branch").import, "shop:production:5");
    assert.equal(options.of("github-deploys-from-tag").import, "shop:production:8");
    assert.deepEqual(options.of("github-versions"), {
      import: "shop:77",
      ignoreChanges: ["enforcement", "conditions", "rules", "bypassActors"],
      retainOnDelete: true,
    });
    assert.deepEqual(options.of("github-pulumi-stack"), {});
    assert.deepEqual(options.of("github-environment"), { retainOnDelete: true });
  });

  it("imports nothing once this stack holds it, and asks for nothing but its owner", async () => {
    const held = { ...taken, [OWNER]: { value: "prod" } };
    const { options, asked } = await declared(shop(), held, { recorded: true });
    assert.deepEqual(options.of("github-aws-role-arn"), {});
    assert.deepEqual(options.of("github-versions"), { retainOnDelete: true });
    assert.deepEqual(asked, [OWNER]);
  });

  it("imports again after the stack's record was lost", async () => {
    const { options } = await declared(shop(), { ...taken, [OWNER]: { value: "prod" } });
    assert.equal(options.of("github-versions").import, "shop:77");
    assert.equal(options.of("github-pulumi-stack").import, "shop:PULUMI_STACK");
  });

  it("imports what stayed when `github` was off for a while", async () => {
    const { options } = await declared(shop(), taken, { recorded: true });
    assert.equal(options.of("github-versions").import, "shop:77");
  });

  it("keeps environment, policies and ruleset when it is deleted", async () => {
    const { options } = await declared(shop());
    const kept = [...options.seen].filter(([, { retainOnDelete }]) => retainOnDelete === true);
    assert.deepEqual(kept.map(([key]) => key.split(" ")[1]).sort(), [
      "github-deploys-from-branch",
      "github-deploys-from-tag",
      "github-environment",
      "github-versions",
    ]);
  });
});

describe("GithubActions, where GitHub refuses", () => {
  const forbidden = new Error("403 Resource not accessible by integration");

  it("says which repository it does not see", async () => {
    const settings = shop({ reviewers: ["team:operations"] });
    await refused(
      declared(settings, { [REPOSITORY]: undefined }),
      "github-repository",
      /`github\.repository` is "acme\/shop", which GitHub does not show to this token/,
    );
  });

  it("says what was asked, with GitHub's words, where a token may not read", async () => {
    await refused(
      declared(shop(), { [OWNER]: forbidden }),
      "github-lookup",
      /variables\/PULUMI_STACK and refused: .*403[^]*docs\/ci-identities\.md/,
    );
  });

  it("goes on with a workflow's own token where this stack has a record", async () => {
    const { options } = await declared(shop(), { [OWNER]: forbidden }, { recorded: true });
    assert.deepEqual(options.of("github-versions"), { retainOnDelete: true });
  });

  it("leaves a repository to the stack that has it", async () => {
    await refused(
      declared(shop(), { [OWNER]: { value: "staging" } }, { recorded: true }),
      "github-owned",
      /acme\/shop is stack `staging`'s already[^]*gh variable delete PULUMI_STACK --repo acme\/shop/,
    );
  });

  it("takes no other answer for one", async () => {
    await refused(
      declared(shop(), { [RULESETS]: { message: "?" } }),
      "github-lookup",
      /answered 200/,
    );
  });
});

async function refused(attempt: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(attempt, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
  await allRegistered();
}
