import assert from "node:assert/strict";
import type { Registry, RegistryArgs } from "../../../../components/registry/contract";
import { declareRegistry } from "../../../../components/registry/pick";
import type { GarSettings } from "../../../../lib/settings/registrySettings";
import { type Answers, type Calls, recordResources, type Recorder } from "../../support/mocks";
import { githubCalls } from "../support/github";
import { OptionRecorder, PARENT_ANSWERS } from "../support/options";

export const GAR = "bot-core:index:GarRegistry";
export const ACCESS = "botcore:index:RegistryAccess";
export const PROVIDER = "pulumi:providers:gcp";
export const SERVICE = "gcp:projects/service:Service";
export const REPOSITORY = "gcp:artifactregistry/repository:Repository";
export const REPOSITORY_MEMBER = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember";
export const ACCOUNT = "gcp:serviceaccount/account:Account";
export const IAM_MEMBER = "gcp:serviceaccount/iAMMember:IAMMember";
export const POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool";
export const POOL_PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider";

const DOMAIN = "my-project.iam.gserviceaccount.com";
export const PUSH_EMAIL = `bot-core-push-4e8ed@${DOMAIN}`;
export const PULL_EMAIL = `bot-core-pull-4e8ed@${DOMAIN}`;
export const REPOSITORY_NAME = "projects/my-project/locations/europe-west3/repositories/bot-core";

/** What Google gives back beside the inputs. */
export const GAR_ANSWERS: Answers = {
  ...PARENT_ANSWERS,
  [GAR]: () => ({}),
  [ACCESS]: () => ({}),
  [PROVIDER]: () => ({}),
  "pulumi:providers:github": () => ({}),
  [SERVICE]: () => ({}),
  [REPOSITORY]: () => ({}),
  [REPOSITORY_MEMBER]: () => ({}),
  [ACCOUNT]: (inputs) => {
    const email = `${textOf(inputs, "accountId")}@${DOMAIN}`;
    return {
      email,
      member: `serviceAccount:${email}`,
      name: `projects/my-project/serviceAccounts/${email}`,
    };
  },
  [IAM_MEMBER]: () => ({}),
  [POOL]: (inputs) => ({ name: poolNumbered(inputs) }),
  [POOL_PROVIDER]: (inputs) => ({
    name: `${poolNumbered(inputs)}/providers/${textOf(inputs, "workloadIdentityPoolProviderId")}`,
  }),
};

/** The API gives the project's number back where its id was given. */
function poolNumbered(inputs: unknown): string {
  const id = textOf(inputs, "workloadIdentityPoolId");
  return `projects/42/locations/global/workloadIdentityPools/${id}`;
}

function textOf(inputs: unknown, key: string): string {
  return String((inputs as Readonly<Record<string, unknown>>)[key]);
}

/** What is there already in the project. An Error is a refusal. */
export interface GoogleState {
  readonly repositories?: readonly object[] | Error;
  /** E-mail of who runs the program. */
  readonly email?: string | Error;
  readonly pool?: boolean | Error;
  readonly provider?: boolean | Error;
}

export function garCalls({
  repositories = [],
  email = "operator@example.com",
  pool = false,
  provider = false,
}: GoogleState): Calls {
  return {
    ...githubCalls(),
    "gcp:artifactregistry/getRepositories:getRepositories": (inputs) => ({
      ...inputs,
      repositories: answer(repositories),
    }),
    "gcp:organizations/getClientOpenIdUserInfo:getClientOpenIdUserInfo": () => ({
      email: answer(email),
    }),
    "gcp:iam/getWorkloadIdentityPool:getWorkloadIdentityPool": (inputs) => found(pool, inputs),
    "gcp:iam/getWorkloadIdentityPoolProvider:getWorkloadIdentityPoolProvider": (inputs) =>
      found(provider, inputs),
  };
}

function answer<T>(state: T | Error): T {
  // The engine's refusals come as gRPC's errors do.
  if (state instanceof Error) throw Object.assign(state, { details: state.message });
  return state;
}

function found(state: boolean | Error, inputs: object): object {
  if (state === true) return inputs;
  return answer<object>(
    state === false ? new Error("the requested resource was not found") : state,
  );
}

const ENDPOINT = { server: "europe-west3-docker.pkg.dev", insecure: false };

export const SETTINGS: GarSettings = {
  kind: "gar",
  endpoint: ENDPOINT,
  account: { endpoint: ENDPOINT, push: { kind: "gar" }, pull: { kind: "gar" } },
  lookUp: { kind: "gar" },
  namespace: "my-project/bot-core",
  separator: "/",
  manage: true,
  project: "my-project",
  location: "europe-west3",
  repository: "bot-core",
  scanning: "inherited",
  cache: [],
};

export const ARGS: RegistryArgs = {
  services: ["web"],
  builds: ["aa"],
  version: "v1.2.3",
  platforms: ["linux/amd64"],
  retention: { keepVersions: 30, untaggedDays: 14, prDays: 14, deleteOnDestroy: false },
  github: { kind: "off" },
};

export interface Run {
  readonly registry: Registry;
  readonly recorder: Recorder;
  readonly options: OptionRecorder;
}

export async function declared(
  settings: Partial<typeof SETTINGS> = {},
  args: Partial<RegistryArgs> = {},
  { preview = false, google = {} }: { preview?: boolean; google?: GoogleState } = {},
): Promise<Run> {
  const recorder = await recordResources(GAR_ANSWERS, { preview, calls: garCalls(google) });
  const options = new OptionRecorder();
  const registry = await declareRegistry(
    "registry",
    { ...SETTINGS, ...settings },
    { ...ARGS, ...args },
    options.options,
  );
  return { registry, recorder, options };
}

export function listed({ recorder }: Run): readonly string[] {
  return recorder.registrations
    .filter(({ name }) => name !== "parent")
    .map(({ type, name }) => `${type} ${name}`);
}

export function inputsOf({ recorder }: Run, type: string, name: string): unknown {
  const found = recorder.registrations.find((one) => one.type === type && one.name === name);
  assert.ok(found !== undefined, `${type} ${name} is not declared`);
  return found.inputs;
}

export const ALWAYS = [
  `${GAR} registry`,
  `${ACCESS} registry-access`,
  `${REPOSITORY} registry-repository`,
  `${REPOSITORY_MEMBER} registry-pull-reader`,
  `${SERVICE} registry-api-artifactregistry`,
  `${SERVICE} registry-api-iam`,
  `${SERVICE} registry-api-iamcredentials`,
  `${ACCOUNT} registry-pull`,
  `${IAM_MEMBER} registry-operator-may-pull`,
  `${PROVIDER} registry-gcp`,
];
