import type { Planned } from "./plans";

/** What is wrong with one thing of a plan, a line each; nothing: it is as it should be. */
type Rule = (inputs: Inputs, one: Planned, version: string) => readonly string[];

type Inputs = Readonly<Record<string, unknown>>;

/**
 * Faults of a plan by the rules of least privilege, `NAME: FAULT`. A type that has no rule is a fault
 * itself: somebody has to judge it first.
 */
export function faultsOf(plan: readonly Planned[], version: string): readonly string[] {
  return plan.flatMap((one) => {
    const rule = RULES[one.type];
    const own = rule?.(inputsOf(one), one, version) ?? ["its type has no rule"];
    return [...own, ...openWords(one)].map((fault) => `${one.name}: ${fault}`);
  });
}

const harmless: Rule = () => [];

const RULES: Readonly<Record<string, Rule>> = {
  "bot-core:index:AcrRegistry": harmless,
  "bot-core:index:DockerHubRegistry": harmless,
  "bot-core:index:EcrRegistry": harmless,
  "bot-core:index:GarRegistry": harmless,
  "bot-core:index:GhcrRegistry": harmless,
  "bot-core:index:GithubActions": harmless,
  "bot-core:index:PrivateRegistry": harmless,
  "botcore:index:RegistryAccess": harmless,
  "pulumi:providers:aws": noCredential,
  "pulumi:providers:gcp": noCredential,
  "pulumi:providers:github": noCredential,

  "aws:ecr/accountSetting:AccountSetting": harmless,
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": harmless,
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": harmless,
  "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": harmless,
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": harmless,
  "aws:ecr/repository:Repository": all(kept, fixedVersion),
  "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": (inputs, one, version) =>
    // Copies of other registries' images have no versions of ours.
    String(inputs["appliedFors"]) === "PULL_THROUGH_CACHE"
      ? []
      : fixedVersion(inputs, one, version),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": githubIssuer("url"),
  "aws:iam/role:Role": ({ assumeRolePolicy }) => policyFaults(assumeRolePolicy),
  "aws:iam/rolePolicy:RolePolicy": ({ policy }) => policyFaults(policy),

  "gcp:artifactregistry/repository:Repository": (inputs, one) =>
    inputs["mode"] === "STANDARD_REPOSITORY" ? kept(inputs, one) : [],
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": oneOf("role", [
    "roles/artifactregistry.reader",
    "roles/artifactregistry.writer",
  ]),
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": harmless,
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": ({ attributeCondition }) =>
    attributeCondition === 'assertion.repository_id == "345"'
      ? []
      : ["trusts more than the repository"],
  "gcp:projects/service:Service": harmless,
  "gcp:serviceaccount/account:Account": harmless,
  "gcp:serviceaccount/iAMMember:IAMMember": oneOf("role", [
    "roles/iam.workloadIdentityUser",
    "roles/iam.serviceAccountTokenCreator",
  ]),

  "azure-native:authorization:RoleAssignment": all(
    endsWithOneOf("roleDefinitionId", azureRoles()),
    ({ scope }) =>
      /\/registries\/[^/]+$/.test(String(scope)) ? [] : ["reaches further than the registry"],
  ),
  "azure-native:containerregistry:CacheRule": harmless,
  "azure-native:containerregistry:Registry": all(
    kept,
    isFalse("adminUserEnabled"),
    isFalse("anonymousPullEnabled"),
  ),
  "azure-native:containerregistry:Replication": harmless,
  "azure-native:managedidentity:FederatedIdentityCredential": all(
    githubIssuer("issuer"),
    ({ subject }) => subjectFaults([String(subject)]),
  ),
  "azure-native:managedidentity:UserAssignedIdentity": harmless,

  "github:index/actionsVariable:ActionsVariable": harmless,
  "github:index/repositoryEnvironment:RepositoryEnvironment": all(
    kept,
    isFalse("canAdminsBypass"),
    ({ deploymentBranchPolicy }) =>
      isTrue(deploymentBranchPolicy, "customBranchPolicies") ? [] : ["any branch deploys there"],
  ),
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy": (
    inputs,
  ) => {
    const pattern = inputs["branchPattern"] ?? inputs["tagPattern"];
    return ["main", "v*"].includes(String(pattern)) ? [] : ["more than the default branch deploys"];
  },
  "github:index/repositoryRuleset:RepositoryRuleset": all(
    kept,
    oneOf("enforcement", ["active"]),
    ({ bypassActors }) => (bypassActors === undefined ? [] : ["somebody may bypass it"]),
    ({ rules }) =>
      isTrue(rules, "update") && isTrue(rules, "deletion") ? [] : ["a version's tag may move"],
  ),
};

/** AcrPull and AcrPush. */
function azureRoles(): readonly string[] {
  return ["/7f951dda-4ed3-4680-a7ca-43fe172d538d", "/8311e382-0749-4cb8-b61a-304f252e45ec"];
}

function all(...rules: readonly Rule[]): Rule {
  return (inputs, one, version) => rules.flatMap((rule) => rule(inputs, one, version));
}

function kept(_inputs: Inputs, { options }: Planned): readonly string[] {
  return options.retainOnDelete === true ? [] : ["holds data, and a destroy deletes it"];
}

function isFalse(key: string): Rule {
  return (inputs) => (inputs[key] === false ? [] : [`\`${key}\` is not false`]);
}

function oneOf(key: string, allowed: readonly string[]): Rule {
  return (inputs) =>
    allowed.includes(String(inputs[key])) ? [] : [`\`${key}\` is ${String(inputs[key])}`];
}

function endsWithOneOf(key: string, allowed: readonly string[]): Rule {
  return (inputs) =>
    allowed.some((end) => String(inputs[key]).endsWith(end))
      ? []
      : [`\`${key}\` is ${String(inputs[key])}`];
}

function githubIssuer(key: string): Rule {
  return oneOf(key, ["https://token.actions.githubusercontent.com"]);
}

/** A key of a provider that is not a place or a name. */
function noCredential(inputs: Inputs): readonly string[] {
  const secret = Object.keys(inputs).filter((key) => /token|secret|password|key/i.test(key));
  return secret.map((key) => `\`${key}\` is in the provider's state`);
}

/** Whoever may push cannot move VERSION: ECR's `*` stands for any text. */
function fixedVersion(inputs: Inputs, _one: Planned, version: string): readonly string[] {
  const { imageTagMutability, imageTagMutabilityExclusionFilters = [] } = inputs;
  if (imageTagMutability !== "IMMUTABLE_WITH_EXCLUSION") return ["its tags may move"];
  const filters = imageTagMutabilityExclusionFilters as readonly { readonly filter: string }[];
  return filters
    .filter(({ filter }) => matches(filter, version))
    .map(({ filter }) => `the filter ${filter} lets ${version} move`);
}

function matches(filter: string, text: string): boolean {
  const parts = filter.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

/** The one action that IAM has no narrower resource for. */
const LOGIN = "ecr:GetAuthorizationToken";

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function policyFaults(policy: unknown): readonly string[] {
  const { Statement: statements } = JSON.parse(String(policy)) as {
    readonly Statement: readonly Statement[];
  };
  return statements.filter(({ Effect }) => Effect === "Allow").flatMap(statementFaults);
}

function statementFaults(statement: Statement): readonly string[] {
  const actions = listOf(statement.Action);
  const faults = actions
    .filter((action) => action.includes("*"))
    .map((action) => `allows ${action}`);
  const everywhere = listOf(statement.Resource).some((resource) => resource === "*");
  if (everywhere && actions.some((action) => action !== LOGIN)) {
    faults.push(`allows ${actions.join(", ")} on every resource`);
  }
  const principal = JSON.stringify(statement.Principal ?? "");
  if (principal.includes('"*"')) faults.push("lets anybody in");
  return [...faults, ...(principal.includes("Federated") ? trustFaults(statement) : [])];
}

function trustFaults({ Condition: condition = {} }: Statement): readonly string[] {
  const claim = (name: string): readonly string[] =>
    Object.entries(condition)
      .filter(([operator]) => ["StringEquals", "StringLike"].includes(operator))
      .flatMap(([, keys]) => listOf(keys[`token.actions.githubusercontent.com:${name}`]));
  const audience = claim("aud");
  return [
    ...(audience.join() === "sts.amazonaws.com" ? [] : ["trusts tokens for other audiences"]),
    ...subjectFaults(claim("sub")),
  ];
}

/** Only acme/shop, by name or by number; `*` after a tag's first letter alone. */
const SUBJECT =
  /^repo:(acme\/shop|acme@12\/shop@345):(ref:refs\/heads\/main|ref:refs\/tags\/v\*|environment:production|pull_request)$/;

function subjectFaults(subjects: readonly string[]): readonly string[] {
  if (subjects.length === 0) return ["trusts every repository"];
  return subjects.filter((one) => !SUBJECT.test(one)).map((one) => `trusts ${one}`);
}

/** Words that open something wherever they stand. */
function openWords(one: Planned): readonly string[] {
  const text = JSON.stringify(inputsOf(one));
  const words = ["ForAllValues", "allUsers", "allAuthenticatedUsers", "AdministratorAccess"];
  return words.filter((word) => text.includes(word)).map((word) => `says ${word}`);
}

function listOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
}

function isTrue(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Reflect.get(value, key) === true;
}

function inputsOf({ inputs }: Planned): Inputs {
  return typeof inputs === "object" && inputs !== null ? (inputs as Inputs) : {};
}
