import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Registry, RegistryArgs } from "../../../../components/registry/contract";
import { declareRegistry } from "../../../../components/registry/pick";
import type { AcrSettings } from "../../../../lib/settings/registrySettings";
import { type Answers, type Calls, Recorder } from "../../support/mocks";
import { githubCalls } from "../support/github";
import { OptionRecorder, PARENT_ANSWERS } from "../support/options";

export const ACR = "bot-core:index:AcrRegistry";
export const ACCESS = "botcore:index:RegistryAccess";
export const REGISTRY = "azure-native:containerregistry:Registry";
export const REPLICATION = "azure-native:containerregistry:Replication";
export const CACHE_RULE = "azure-native:containerregistry:CacheRule";
export const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";
export const CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential";
export const ROLE = "azure-native:authorization:RoleAssignment";

export const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const GROUP_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop-rg`;
export const REGISTRY_ID = `${GROUP_ID}/providers/Microsoft.ContainerRegistry/registries/shopregistry`;

/** What Azure gives back beside the inputs. */
export const ACR_ANSWERS: Answers = {
  ...PARENT_ANSWERS,
  [ACR]: () => ({}),
  [ACCESS]: () => ({}),
  "pulumi:providers:github": () => ({}),
  [REGISTRY]: (inputs) => ({ name: textOf(inputs, "registryName") }),
  [REPLICATION]: () => ({}),
  [CACHE_RULE]: () => ({}),
  [IDENTITY]: (inputs) => {
    const name = textOf(inputs, "resourceName");
    return { name, clientId: `${name}-client`, principalId: `${name}-principal`, tenantId: "T" };
  },
  [CREDENTIAL]: () => ({}),
  [ROLE]: () => ({}),
};

function textOf(inputs: unknown, key: string): string {
  return String((inputs as Readonly<Record<string, unknown>>)[key]);
}

/** What is there already. An Error is a refusal. */
export interface AzureState {
  /** Default: the group is there. */
  readonly group?: Error;
  readonly registry?: boolean | Error;
  /** Regions with a copy. */
  readonly replications?: readonly string[];
}

export const NOT_FOUND = 'Status=404 Code="ResourceNotFound" Message="The Resource was not found."';

export function acrCalls({ group, registry = false, replications = [] }: AzureState): Calls {
  return {
    ...githubCalls(),
    "azure-native:resources:getResourceGroup": () => answer({ id: GROUP_ID }, group),
    "azure-native:containerregistry:getRegistry": () =>
      // Azure spells ids as it likes.
      found(registry, { id: REGISTRY_ID.toUpperCase() }),
    "azure-native:containerregistry:getReplication": ({ replicationName }) =>
      found(replications.includes(String(replicationName)), {}),
  };
}

function found(state: boolean | Error, value: object): object {
  if (state instanceof Error) return answer(value, state);
  return answer(value, state ? undefined : new Error(NOT_FOUND));
}

function answer(value: object, refusal: Error | undefined): object {
  // The engine's refusals come as gRPC's errors do.
  if (refusal !== undefined) throw Object.assign(refusal, { details: refusal.message });
  return value;
}

const ENDPOINT = { server: "shopregistry.azurecr.io", insecure: false };

export const SETTINGS: AcrSettings = {
  kind: "acr",
  endpoint: ENDPOINT,
  account: { endpoint: ENDPOINT, push: { kind: "acr" }, pull: { kind: "acr" } },
  lookUp: { kind: "acr" },
  namespace: "bot-core",
  separator: "/",
  manage: true,
  resourceGroup: "shop-rg",
  name: "shopregistry",
  sku: "Standard",
  replicas: [],
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
  /** Names of what each resource waits for, by name. */
  readonly dependsOn: ReadonlyMap<string, readonly string[]>;
}

export async function declared(
  settings: Partial<AcrSettings> = {},
  args: Partial<RegistryArgs> = {},
  { preview = false, azure = {} }: { preview?: boolean; azure?: AzureState } = {},
): Promise<Run> {
  const recorder = new AzureRecorder(ACR_ANSWERS, preview, acrCalls(azure));
  await pulumi.runtime.setMocks(recorder, "bot-core", "test", preview, "organization");
  const options = new OptionRecorder();
  const { dependsOn, record } = recordDependencies();
  const registry = await declareRegistry(
    "registry",
    { ...SETTINGS, ...settings },
    { ...ARGS, ...args },
    { ...options.options, transformations: [record] },
  );
  return { registry, recorder, options, dependsOn };
}

/** A registry's id names its subscription, and the program reads it there. */
class AzureRecorder extends Recorder {
  public override newResource(
    args: pulumi.runtime.MockResourceArgs,
  ): pulumi.runtime.MockResourceResult {
    const made = super.newResource(args);
    return args.type === REGISTRY && made.id !== undefined ? { ...made, id: REGISTRY_ID } : made;
  }
}

/** The engine's mocks do not show what a resource depends on. */
function recordDependencies(): {
  readonly dependsOn: Map<string, readonly string[]>;
  readonly record: pulumi.ResourceTransformation;
} {
  const names = new Map<unknown, string>();
  const dependsOn = new Map<string, readonly string[]>();
  const record: pulumi.ResourceTransformation = ({ resource, name, opts }) => {
    names.set(resource, name);
    const resources = Array.isArray(opts.dependsOn) ? opts.dependsOn : [];
    dependsOn.set(
      name,
      resources.map((one) => names.get(one) ?? "?"),
    );
    return undefined;
  };
  return { dependsOn, record };
}

export function listed({ recorder }: Run): readonly string[] {
  return recorder.registrations
    .filter(({ name, type }) => name !== "parent" && !type.startsWith("pulumi:providers:"))
    .map(({ type, name }) => `${type} ${name}`)
    .sort();
}

export function inputsOf({ recorder }: Run, type: string, name: string): unknown {
  const one = recorder.registrations.find((seen) => seen.type === type && seen.name === name);
  assert.ok(one !== undefined, `${type} ${name} is not declared`);
  return one.inputs;
}
