import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import type { Properties } from "../../../../../provider/values";
import { Backend } from "../backend";
import { CloudStore, type ResourceType, text } from "./store";

export const AZURE_GROUP = "acme-registries";
export const AZURE_TENANT = "11111111-2222-3333-4444-555555555555";
const SUBSCRIPTION = "99999999-8888-7777-6666-555555555555";
const REGION = "westeurope";

const REGISTRY = "azure-native:containerregistry:Registry";
const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";
const ASSIGNMENT = "azure-native:authorization:RoleAssignment";

/** Names of the world's machines; the name of a registry comes and goes with it. */
const HOSTS = "/run/world/hosts";

/** Azure as far as the program manages it. One resource group is there. */
export function azureCloud(): CloudStore {
  return new CloudStore(TYPES, FUNCTIONS);
}

function groupId(inputs: Properties): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${text(inputs, "resourceGroupName")}`;
}

function registryId(inputs: Properties): string {
  return `${groupId(inputs)}/providers/Microsoft.ContainerRegistry/registries/${text(inputs, "registryName")}`;
}

function identityId(inputs: Properties): string {
  return `${groupId(inputs)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${text(inputs, "resourceName")}`;
}

/** The words of the plugin itself: it never takes over what it finds. */
function taken(id: string): string {
  return `cannot create already existing resource '${id}'`;
}

const TYPES: Readonly<Record<string, ResourceType>> = {
  [REGISTRY]: {
    id: registryId,
    outputs: (inputs, id) => ({
      name: text(inputs, "registryName"),
      location: inputs["location"] ?? REGION,
      loginServer: serverOf(inputs),
      type: "Microsoft.ContainerRegistry/registries",
      provisioningState: "Succeeded",
      azureApiVersion: "2024-11-01-preview",
      creationDate: "2026-01-01T00:00:00Z",
      // The id is an output of its own.
      id,
    }),
    replaces: ["resourceGroupName", "registryName", "location"],
    taken,
    refuse: (inputs) => missingGroup(inputs),
    created: ({ inputs }) => {
      appendFileSync(HOSTS, `127.0.0.1 ${serverOf(inputs)}\n`);
    },
    deleted: async ({ inputs }) => {
      const without = (line: string): boolean => !line.endsWith(` ${serverOf(inputs)}`);
      const lines = readFileSync(HOSTS, "utf8").split("\n").filter(without);
      // In place: the file is mounted where every process looks.
      writeFileSync(HOSTS, lines.join("\n"));
      await new Backend("acr").empty(() => true);
    },
  },
  "azure-native:containerregistry:Replication": {
    id: (inputs) => `${registryId(inputs)}/replications/${text(inputs, "replicationName")}`,
    outputs: (inputs) => ({ name: text(inputs, "replicationName") }),
    replaces: ["resourceGroupName", "registryName", "replicationName", "location"],
    taken,
  },
  "azure-native:containerregistry:CacheRule": {
    id: (inputs) => `${registryId(inputs)}/cacheRules/${text(inputs, "cacheRuleName")}`,
    outputs: (inputs) => ({ name: text(inputs, "cacheRuleName") }),
    replaces: ["resourceGroupName", "registryName", "cacheRuleName", "sourceRepository"],
    taken,
  },
  [IDENTITY]: {
    id: identityId,
    outputs: (inputs) => {
      const name = text(inputs, "resourceName");
      return {
        name,
        principalId: `principal-${name}`,
        clientId: `client-${name}`,
        tenantId: AZURE_TENANT,
      };
    },
    replaces: ["resourceGroupName", "resourceName", "location"],
    taken,
  },
  "azure-native:managedidentity:FederatedIdentityCredential": {
    id: (inputs) =>
      `${identityId(inputs)}/federatedIdentityCredentials/${text(inputs, "federatedIdentityCredentialResourceName")}`,
    outputs: (inputs) => ({ name: text(inputs, "federatedIdentityCredentialResourceName") }),
    replaces: ["resourceGroupName", "resourceName", "federatedIdentityCredentialResourceName"],
    taken,
  },
  [ASSIGNMENT]: {
    id: (inputs) =>
      `${text(inputs, "scope")}/providers/Microsoft.Authorization/roleAssignments/${text(inputs, "roleAssignmentName")}`,
    outputs: (inputs) => ({ name: text(inputs, "roleAssignmentName") }),
    replaces: ["scope", "roleAssignmentName", "principalId", "roleDefinitionId"],
    taken,
  },
};

function serverOf(inputs: Properties): string {
  return `${text(inputs, "registryName")}.azurecr.io`;
}

function missingGroup(inputs: Properties): string | undefined {
  const group = text(inputs, "resourceGroupName");
  if (group === AZURE_GROUP) return undefined;
  return `Status=404 Code="ResourceGroupNotFound" Message="Resource group '${group}' could not be found."`;
}

const FUNCTIONS: ConstructorParameters<typeof CloudStore>[1] = {
  "azure-native:resources:getResourceGroup": (args) => {
    const missing = missingGroup(args);
    if (missing !== undefined) throw new Error(missing);
    return { id: groupId(args), name: text(args, "resourceGroupName"), location: REGION };
  },
  "azure-native:containerregistry:getRegistry": (args, cloud) => {
    const missing = missingGroup(args);
    if (missing !== undefined) throw new Error(missing);
    const found = cloud.find(REGISTRY, registryId(args));
    if (found !== undefined) return found.outputs;
    throw new Error(
      `Status=404 Code="ResourceNotFound" Message="The Resource 'Microsoft.ContainerRegistry/registries/${text(args, "registryName")}' under resource group '${text(args, "resourceGroupName")}' was not found."`,
    );
  },
};

/** Whether a registry is there. */
export function hasAzureRegistry(cloud: CloudStore, server: string): boolean {
  return cloud.of(REGISTRY).some(({ inputs }) => serverOf(inputs) === server);
}
