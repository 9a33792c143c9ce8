import { createHash } from "node:crypto";
import type { Properties } from "../../../../../provider/values";
import { CloudStore, type Resource, type ResourceType, text } from "./store";

/** The one repository that GitHub shows. */
export const GITHUB_REPOSITORY = "acme/shop";

const ENVIRONMENT = "github:index/repositoryEnvironment:RepositoryEnvironment";
const POLICY =
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
const RULESET = "github:index/repositoryRuleset:RepositoryRuleset";
const VARIABLE = "github:index/actionsVariable:ActionsVariable";

/** GitHub as far as the program manages it. */
export function githubCloud(): CloudStore {
  return new CloudStore(TYPES, { "github:index/getRestApi:getRestApi": getRestApi });
}

const TYPES: Readonly<Record<string, ResourceType>> = {
  [ENVIRONMENT]: {
    id: (inputs) => `${text(inputs, "repository")}:${text(inputs, "environment")}`,
    replaces: ["repository", "environment"],
  },
  [POLICY]: {
    id: (inputs) =>
      `${text(inputs, "repository")}:${text(inputs, "environment")}:${number(patternOf(inputs))}`,
    outputs: (inputs) => ({ policyId: number(patternOf(inputs)) }),
    replaces: ["repository", "environment", "branchPattern", "tagPattern"],
    taken: () => "POST deployment-branch-policies: 303 See Other []",
  },
  [RULESET]: {
    id: (inputs) => `${number(text(inputs, "name"))}`,
    // It is imported as REPOSITORY:NUMBER.
    imported: (id) => id.replace(/^.*:/, ""),
    outputs: (inputs) => ({ rulesetId: number(text(inputs, "name")), nodeId: "RRS_1", etag: "1" }),
    replaces: ["repository"],
    taken: () => "POST rulesets: 422 Validation Failed: Name must be unique",
  },
  [VARIABLE]: {
    id: (inputs) => `${text(inputs, "repository")}:${text(inputs, "variableName")}`,
    outputs: () => ({
      createdAt: "2026-01-01",
      updatedAt: "2026-01-01",
      repositoryId: REPOSITORY.id,
    }),
    replaces: ["repository", "variableName"],
    taken: () => "POST variables: 409 Already exists - Variable already exists []",
  },
};

function patternOf(inputs: Properties): string {
  return text(inputs, inputs["branchPattern"] === undefined ? "tagPattern" : "branchPattern");
}

/** GitHub counts; this way a name has the same number in every run. */
function number(name: string): number {
  return createHash("sha256").update(name).digest().readUInt16BE(0);
}

const REPOSITORY = {
  id: 424242,
  name: "shop",
  owner: { id: 777, login: "acme", type: "Organization" },
};

/** `GET` of GitHub's REST interface. */
function getRestApi(args: Properties, cloud: CloudStore): Properties {
  const endpoint = text(args, "endpoint");
  const body = bodyAt(endpoint.replace(/\?.*$/, ""), cloud);
  const found = body !== undefined;
  return {
    id: "1",
    endpoint,
    code: found ? 200 : 404,
    status: found ? "200 OK" : "404 Not Found",
    headers: "{}",
    body: JSON.stringify(body ?? { message: "Not Found" }),
  };
}

function bodyAt(endpoint: string, cloud: CloudStore): unknown {
  const [, rest] = new RegExp(`^repos/${GITHUB_REPOSITORY}(?:/(.*))?$`).exec(endpoint) ?? [];
  if (endpoint === `repos/${GITHUB_REPOSITORY}`) return REPOSITORY;
  const [, variable] = /^actions\/variables\/(\w+)$/.exec(rest ?? "") ?? [];
  if (variable !== undefined) {
    const found = cloud.find(VARIABLE, `${REPOSITORY.name}:${variable}`);
    return found === undefined ? undefined : { name: variable, value: text(found.inputs, "value") };
  }
  const [, environment] =
    /^environments\/([^/]+)\/deployment-branch-policies$/.exec(rest ?? "") ?? [];
  if (environment !== undefined) {
    const known = cloud.find(ENVIRONMENT, `${REPOSITORY.name}:${environment}`);
    return known === undefined ? undefined : { branch_policies: cloud.of(POLICY).map(policyOf) };
  }
  if (rest === "rulesets") {
    return cloud
      .of(RULESET)
      .map(({ outputs: { rulesetId, name, target } }) => ({ id: rulesetId, name, target }));
  }
  return rest === "actions/oidc/customization/sub" ? { use_default: true } : undefined;
}

function policyOf({ inputs, outputs }: Resource): object {
  const type = inputs["branchPattern"] === undefined ? "tag" : "branch";
  return { id: outputs["policyId"], name: patternOf(inputs), type };
}
