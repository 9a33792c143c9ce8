import type { GithubRepositorySettings } from "../../../../lib/settings/settings";
import type { Answers, Calls } from "../../support/mocks";

/** acme/shop, an organisation's repository with the numbers 345 and 12. */
export const SHOP: GithubRepositorySettings = {
  kind: "github",
  owner: "acme",
  name: "shop",
  environment: "production",
  reviewers: [],
  defaultBranch: "main",
};

/** A copy: the provider and what was asked are kept by settings object, and each run has its own. */
export function shop(changes: Partial<GithubRepositorySettings> = {}): GithubRepositorySettings {
  return { ...SHOP, ...changes };
}

export const REPOSITORY = "repos/acme/shop";
const REST = "github:index/getRestApi:getRestApi";

/** Bodies by endpoint; what has none is not there (404). An Error is a refusal. */
export type GithubState = Readonly<Record<string, unknown>>;

/** What GitHub answers about acme/shop, with `state` beside the repository itself. */
export function githubCalls(state: GithubState = {}, asked: string[] = []): Calls {
  const all: GithubState = {
    [REPOSITORY]: {
      id: 345,
      name: "shop",
      owner: { id: 12, login: "acme", type: "Organization" },
    },
    ...state,
  };
  return {
    [REST]: ({ endpoint }) => {
      asked.push(String(endpoint));
      const [path = ""] = String(endpoint).split("?");
      const body = all[path];
      // The engine's refusals come as gRPC's errors do.
      if (body instanceof Error) throw Object.assign(body, { details: body.message });
      if (body === undefined) return { code: 404, body: "{}", endpoint, status: "", headers: "" };
      return { code: 200, body: JSON.stringify(body), endpoint, status: "", headers: "" };
    },
  };
}

/** Everything that the GitHub side registers. */
export const GITHUB_ANSWERS: Answers = {
  "pulumi:providers:github": () => ({}),
  "bot-core:index:GithubActions": () => ({}),
  "github:index/repositoryEnvironment:RepositoryEnvironment": () => ({ repositoryId: 345 }),
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy":
    () => ({ repositoryId: 345, policyId: 1 }),
  "github:index/repositoryRuleset:RepositoryRuleset": () => ({ rulesetId: 7 }),
  "github:index/actionsVariable:ActionsVariable": () => ({ repositoryId: 345 }),
};
