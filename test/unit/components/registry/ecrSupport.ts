import type { RegistryArgs } from "../../../../components/registry/contract";
import { ecrServer } from "../../../../lib/registries/hosts";
import type { EcrSettings } from "../../../../lib/settings/registrySettings";
import type { Calls } from "../../support/mocks";

export const ACCOUNT = "123456789012";
export const REGION = "eu-central-1";
export const COPY = "eu-west-1";
export const COMPONENT = "bot-core:index:EcrRegistry";
export const ACCESS = "botcore:index:RegistryAccess";
export const PROVIDER = "pulumi:providers:aws";
export const REPOSITORY = "aws:ecr/repository:Repository";
export const LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy";
export const SETTING = "aws:ecr/accountSetting:AccountSetting";
export const REPLICATION = "aws:ecr/replicationConfiguration:ReplicationConfiguration";
export const TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate";
export const SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration";
export const CACHE = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule";
export const OIDC = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";
export const ROLE = "aws:iam/role:Role";
export const POLICY = "aws:iam/rolePolicy:RolePolicy";

const ARN = `arn:aws:iam::${ACCOUNT}`;

/** What AWS answers to each declaration. */
export const ANSWERS = {
  [COMPONENT]: () => ({}),
  [ACCESS]: () => ({}),
  [PROVIDER]: () => ({}),
  [REPOSITORY]: (inputs: unknown) => ({
    arn: `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${nameIn(inputs)}`,
  }),
  [LIFECYCLE]: () => ({}),
  [SETTING]: () => ({}),
  [REPLICATION]: () => ({}),
  [TEMPLATE]: () => ({}),
  [SCANNING]: () => ({}),
  [CACHE]: () => ({}),
  [OIDC]: () => ({ arn: `${ARN}:oidc-provider/token.actions.githubusercontent.com` }),
  [ROLE]: (inputs: unknown) => ({ arn: `${ARN}:role/${nameIn(inputs)}` }),
  [POLICY]: () => ({}),
};

function nameIn(inputs: unknown): string {
  return (inputs as { readonly name: string }).name;
}

/** An account that has no repository and no OIDC provider. */
export const EMPTY_ACCOUNT: Calls = {
  "aws:ecr/getRepositories:getRepositories": () => ({ id: REGION, region: REGION, names: [] }),
  "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": () => {
    throw new Error("reading IAM OIDC Provider: couldn't find resource");
  },
  "github:index/getRestApi:getRestApi": () => ({
    code: 200,
    status: "200 OK",
    body: JSON.stringify({
      id: 77,
      name: "shop",
      owner: { id: 55, login: "Acme", type: "Organization" },
    }),
  }),
};

export const ARGS: RegistryArgs = {
  services: ["web", "api"],
  builds: ["bb", "aa"],
  version: "v1.2.3",
  platforms: ["linux/amd64", "linux/arm64"],
  retention: { keepVersions: 30, untaggedDays: 14, prDays: 14, deleteOnDestroy: false },
  github: { kind: "off" },
  source: { branch: "main", isDefaultBranch: true, dirty: false },
};

/** Its own object each time: GitHub is asked once for one. */
export function withGithub(): RegistryArgs {
  return {
    ...ARGS,
    github: {
      kind: "github",
      owner: "Acme",
      name: "shop",
      environment: "production",
      reviewers: [],
      defaultBranch: "main",
    },
  };
}

export function settingsWith(changes: Partial<EcrSettings> = {}): EcrSettings {
  const endpoint = { server: ecrServer({ accountId: ACCOUNT, region: REGION }), insecure: false };
  const source = { kind: "ecr", region: REGION } as const;
  return {
    kind: "ecr",
    endpoint,
    account: { endpoint, push: source, pull: source },
    lookUp: source,
    namespace: "bot-core",
    separator: "/",
    manage: true,
    region: REGION,
    accountId: ACCOUNT,
    replicas: [],
    pullFrom: REGION,
    scanning: "basic",
    cache: [],
    ...changes,
  };
}
