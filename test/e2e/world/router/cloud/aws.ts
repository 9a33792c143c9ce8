import type { Properties } from "../../../../../provider/values";
import { AWS_ACCOUNT, AWS_REGIONS } from "../../hosts";
import { Backend } from "../backend";
import { CloudStore, type Resource, type ResourceType, text } from "./store";

const REPOSITORY = "aws:ecr/repository:Repository";
const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const OIDC = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";

/** AWS as far as the program manages it. */
export function awsCloud(): CloudStore {
  return new CloudStore({ ...ECR, ...IAM }, FUNCTIONS);
}

function regionOf(inputs: Properties): string {
  const { region } = inputs;
  return typeof region === "string" ? region : AWS_REGIONS[0];
}

export function repositoryArn(region: string, name: string): string {
  return `arn:aws:ecr:${region}:${AWS_ACCOUNT}:repository/${name}`;
}

/** Where one registry has one thing. */
const oneARegistry: ResourceType = {
  id: () => AWS_ACCOUNT,
  outputs: () => ({ registryId: AWS_ACCOUNT }),
};

const ECR: Readonly<Record<string, ResourceType>> = {
  [REPOSITORY]: {
    id: (inputs) => text(inputs, "name"),
    outputs: (inputs, id) => ({
      arn: repositoryArn(regionOf(inputs), id),
      registryId: AWS_ACCOUNT,
      repositoryUrl: `${AWS_ACCOUNT}.dkr.ecr.${regionOf(inputs)}.amazonaws.com/${id}`,
      region: regionOf(inputs),
    }),
    replaces: ["name", "region", "encryptionConfigurations"],
    taken: (id) =>
      `creating ECR Repository (${id}): operation error ECR: CreateRepository, https response error StatusCode: 400, RepositoryAlreadyExistsException: The repository with name '${id}' already exists in the registry with id '${AWS_ACCOUNT}'`,
    refuseDelete: async ({ id, inputs }) => {
      const tags = await new Backend("ecr").tags(id);
      if (inputs["forceDelete"] === true || tags.length === 0) return undefined;
      return `ECR Repository (${id}) not empty, consider using forceDelete: operation error ECR: DeleteRepository, RepositoryNotEmptyException: The repository with name '${id}' in registry with id '${AWS_ACCOUNT}' cannot be deleted because it still contains images`;
    },
    deleted: ({ id }) => new Backend("ecr").empty((repository) => repository === id),
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    id: (inputs) => text(inputs, "repository"),
    outputs: () => ({ registryId: AWS_ACCOUNT }),
    replaces: ["repository"],
    refuse: noRepository,
  },
  "aws:ecr/repositoryPolicy:RepositoryPolicy": {
    id: (inputs) => text(inputs, "repository"),
    outputs: () => ({ registryId: AWS_ACCOUNT }),
    replaces: ["repository"],
    refuse: noRepository,
  },
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": oneARegistry,
  "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": oneARegistry,
  "aws:ecr/registryPolicy:RegistryPolicy": oneARegistry,
  "aws:ecr/accountSetting:AccountSetting": { id: (inputs) => text(inputs, "name") },
  "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": {
    id: (inputs) => text(inputs, "prefix"),
    outputs: () => ({ registryId: AWS_ACCOUNT }),
    replaces: ["prefix", "region"],
    taken: (id) =>
      `operation error ECR: CreateRepositoryCreationTemplate, TemplateAlreadyExistsException: The template with prefix '${id}' already exists`,
  },
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
    id: (inputs) => text(inputs, "ecrRepositoryPrefix"),
    outputs: () => ({ registryId: AWS_ACCOUNT }),
    replaces: ["ecrRepositoryPrefix", "upstreamRegistryUrl"],
    taken: (id) =>
      `operation error ECR: CreatePullThroughCacheRule, PullThroughCacheRuleAlreadyExistsException: The rule with prefix '${id}' already exists`,
  },
};

function noRepository(inputs: Properties, cloud: CloudStore): string | undefined {
  const name = text(inputs, "repository");
  if (cloud.find(REPOSITORY, name) !== undefined) return undefined;
  return `RepositoryNotFoundException: The repository with name '${name}' does not exist in the registry with id '${AWS_ACCOUNT}'`;
}

const IAM: Readonly<Record<string, ResourceType>> = {
  [ROLE]: {
    id: (inputs) => text(inputs, "name"),
    outputs: (_inputs, id) => ({ arn: roleArn(id), uniqueId: "AROAEXAMPLE", createDate: "" }),
    replaces: ["name", "path"],
    taken: (id) =>
      `creating IAM Role (${id}): operation error IAM: CreateRole, https response error StatusCode: 409, EntityAlreadyExists: Role with name ${id} already exists.`,
    refuseDelete: ({ id }, cloud) => {
      const holds = cloud.of(ROLE_POLICY).some(({ inputs }) => inputs["role"] === id);
      const words = `deleting IAM Role (${id}): DeleteConflict: Cannot delete entity, must delete policies first.`;
      return Promise.resolve(holds ? words : undefined);
    },
  },
  [ROLE_POLICY]: {
    id: (inputs) => `${text(inputs, "role")}:${text(inputs, "name")}`,
    replaces: ["role", "name"],
    refuse: (inputs, cloud) =>
      cloud.find(ROLE, text(inputs, "role")) === undefined
        ? `NoSuchEntity: The role with name ${text(inputs, "role")} cannot be found.`
        : undefined,
  },
  [OIDC]: {
    id: (inputs) =>
      `arn:aws:iam::${AWS_ACCOUNT}:oidc-provider/${text(inputs, "url").replace(/^https:\/\//, "")}`,
    outputs: (_inputs, id) => ({ arn: id }),
    replaces: ["url"],
    taken: (id) =>
      `operation error IAM: CreateOpenIDConnectProvider, EntityAlreadyExists: Provider with url ${id} already exists.`,
  },
};

function roleArn(name: string): string {
  return `arn:aws:iam::${AWS_ACCOUNT}:role/${name}`;
}

const FUNCTIONS: ConstructorParameters<typeof CloudStore>[1] = {
  "aws:ecr/getRepositories:getRepositories": (args, cloud) => ({
    id: regionOf(args),
    region: regionOf(args),
    names: cloud
      .of(REPOSITORY)
      .filter(({ inputs }) => regionOf(inputs) === regionOf(args))
      .map(({ id }) => id),
  }),
  "aws:ecr/getRepository:getRepository": (args, cloud) => {
    const found = cloud.find(REPOSITORY, text(args, "name"));
    if (found !== undefined) return { id: found.id, ...found.outputs };
    throw new Error(
      `reading ECR Repository (${text(args, "name")}): couldn't find resource (RepositoryNotFoundException)`,
    );
  },
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    id: AWS_ACCOUNT,
    accountId: AWS_ACCOUNT,
    arn: `arn:aws:iam::${AWS_ACCOUNT}:user/deployer`,
    userId: "AIDAEXAMPLE",
  }),
  "aws:iam/getRoles:getRoles": (args, cloud) => {
    const pattern = new RegExp(typeof args["nameRegex"] === "string" ? args["nameRegex"] : "");
    const names = cloud
      .of(ROLE)
      .map(({ id }) => id)
      .filter((name) => pattern.test(name));
    return { id: "roles", names, arns: names.map(roleArn) };
  },
  "aws:iam/getRole:getRole": (args, cloud) => {
    const found = cloud.find(ROLE, text(args, "name"));
    if (found !== undefined) return { id: found.id, ...found.outputs };
    throw new Error(
      `reading IAM Role (${text(args, "name")}): NoSuchEntity: The role with name ${text(args, "name")} cannot be found.`,
    );
  },
  "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": (args, cloud) => {
    const found = cloud
      .of(OIDC)
      .find(({ id, inputs }) => id === args["arn"] || inputs["url"] === args["url"]);
    if (found !== undefined) return { id: found.id, ...found.outputs };
    throw new Error("finding IAM OIDC Provider: not found");
  },
};

/** A repository of ECR, by its name. */
export function ecrRepository(
  cloud: CloudStore,
  region: string,
  name: string,
): Resource | undefined {
  const found = cloud.find(REPOSITORY, name);
  return found !== undefined && regionOf(found.inputs) === region ? found : undefined;
}

/** Whether a repository's settings let a tag stand for another image. */
export function isMutable({ inputs }: Resource, tag: string): boolean {
  const mutability = inputs["imageTagMutability"] ?? "MUTABLE";
  // The engine has checked the program's types.
  const filters = (inputs["imageTagMutabilityExclusionFilters"] ?? []) as readonly {
    readonly filter: string;
  }[];
  const excluded = filters.some(({ filter }) => wildcard(filter).test(tag));
  if (mutability === "IMMUTABLE_WITH_EXCLUSION") return excluded;
  if (mutability === "MUTABLE_WITH_EXCLUSION") return !excluded;
  return mutability === "MUTABLE";
}

/** A pattern of AWS with `*`. */
function wildcard(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: { readonly AWS?: string | readonly string[] };
}

/** Whether a role's policies allow an action. */
export function roleMay(
  cloud: CloudStore,
  role: string,
  action: string,
  resource: string,
): boolean {
  return cloud
    .of(ROLE_POLICY)
    .filter(({ inputs }) => inputs["role"] === role)
    .flatMap(({ inputs }) => statementsOf(inputs["policy"]))
    .some(
      (one) =>
        one.Effect === "Allow" &&
        listOf(one.Action).some((pattern) => wildcard(pattern).test(action)) &&
        listOf(one.Resource ?? []).some((pattern) => wildcard(pattern).test(resource)),
    );
}

/** Whether a role's trust lets a principal of the account become it. */
export function mayAssume(cloud: CloudStore, role: string, principal: string): boolean {
  const found = cloud.find(ROLE, role);
  if (found === undefined) return false;
  const root = `arn:aws:iam::${AWS_ACCOUNT}:root`;
  return statementsOf(found.inputs["assumeRolePolicy"]).some(
    (one) =>
      one.Effect === "Allow" &&
      listOf(one.Action).includes("sts:AssumeRole") &&
      listOf(one.Principal?.AWS ?? []).some((name) =>
        [root, AWS_ACCOUNT, principal].includes(name),
      ),
  );
}

function statementsOf(policy: unknown): readonly Statement[] {
  const parsed = (typeof policy === "string" ? JSON.parse(policy) : policy) as {
    readonly Statement: Statement | readonly Statement[];
  };
  return listOf(parsed.Statement);
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  // An array is not a T here: neither texts nor statements are arrays.
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
