import { getRegistry, getReplication } from "@pulumi/azure-native/containerregistry";
import { getResourceGroup } from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { messageOf, UserError } from "../../../lib/errors";
import { registryId, replicationId, subscriptionOf } from "../../../lib/registries/acr/names";
import type { RepositoryFacts } from "../../../lib/registries/github/repositoryFacts";
import type { AcrSettings } from "../../../lib/settings/registrySettings";
import type { GithubRepositorySettings } from "../../../lib/settings/settings";
import { githubRepository } from "../../githubRepository";
import { adoptionNote, isAdopted } from "../adopt";
import type { RegistryArgs } from "../contract";

/** What is known before anything is declared. */
export interface Found {
  /** true: this stack's last update declared the registry. */
  readonly recorded: boolean;
  /** Resource id of the registry, where it exists. */
  readonly registry?: string;
  /** Resource ids of the copies that exist, by region. */
  readonly replications: Readonly<Record<string, string>>;
  /** Absent where `github` is off. */
  readonly github?: FoundGithub;
}

/** The repository as GitHub spells it, and which of its runs push. */
export interface FoundGithub extends RepositoryFacts {
  readonly defaultBranch: string;
  readonly environment: string;
}

/** What Azure answers where a thing in an existing group is not there. */
const ABSENT = /\bResourceNotFound\b|\bNotFound\b|\bStatus=404\b/;
const NO_GROUP = /\bResourceGroupNotFound\b/;
/** What Azure answers where the caller may not ask. */
const DENIED = /\bAuthorizationFailed\b|\bStatus=403\b/;

/**
 * Asks Azure what is there already. Where the stack's record holds the registry, an identity that
 * may not ask goes on: one which may only push can run an update that changes nothing.
 * @throws UserError `registry-group` where the resource group is missing, `registry-lookup` where
 * Azure refuses
 */
export async function lookUp(settings: AcrSettings, args: RegistryArgs): Promise<Found> {
  const recorded = isRecorded(settings, args);
  const [existing, github] = await Promise.all([
    lookUpRegistry(settings, recorded),
    args.github.kind === "off" ? undefined : lookUpGithub(args.github),
  ]);
  return { recorded, ...existing, ...(github === undefined ? {} : { github }) };
}

/** Says in one line what is taken over. */
export function noteAdoption({ registry, replications, recorded }: Found): void {
  const note = adoptionNote(
    [registry, ...Object.values(replications)]
      .filter((id) => id !== undefined)
      .filter((id) => isAdopted({ id, recorded })),
  );
  if (note !== undefined) void pulumi.log.info(note);
}

async function lookUpGithub(settings: GithubRepositorySettings): Promise<FoundGithub> {
  const { defaultBranch, environment } = settings;
  return { ...(await githubRepository(settings)), defaultBranch, environment };
}

function isRecorded({ endpoint }: AcrSettings, { recorded = [] }: RegistryArgs): boolean {
  return recorded.some((image) => image.startsWith(`${endpoint.server}/`));
}

/**
 * The ids are put together as the provider itself does it, from the names in the configuration:
 * Azure's answers may spell a name otherwise, and for the engine that is another thing.
 */
async function lookUpRegistry(
  settings: AcrSettings,
  recorded: boolean,
): Promise<Pick<Found, "registry" | "replications">> {
  const { resourceGroup: resourceGroupName, name: registryName } = settings;
  const none = { replications: {} };
  const group = await ask(`the resource group ${resourceGroupName}`, recorded, async () => {
    try {
      return await getResourceGroup({ resourceGroupName });
    } catch (error) {
      throw NO_GROUP.test(messageOf(error)) ? noGroup(resourceGroupName, error) : error;
    }
  });
  const subscriptionId = subscriptionOf(group?.id ?? "");
  if (subscriptionId === undefined) return none;
  const registry = await ask(`the registry ${registryName}`, recorded, () =>
    getRegistry({ resourceGroupName, registryName }),
  );
  if (registry === undefined) return none;
  const place = { ...settings, subscriptionId };
  const copies = await Promise.all(
    settings.replicas.map(async (replicationName) => ({
      region: replicationName,
      answer: await ask(`the copy in ${replicationName}`, recorded, () =>
        getReplication({ resourceGroupName, registryName, replicationName }),
      ),
    })),
  );
  const replications = copies
    .filter(({ answer }) => answer !== undefined)
    .map(({ region }) => [region, replicationId(place, region)] as const);
  return { registry: registryId(place), replications: Object.fromEntries(replications) };
}

/**
 * @param mayBeDenied true: whoever may not ask goes on as if it were not there
 * @returns undefined where it is not there
 */
async function ask<T>(
  what: string,
  mayBeDenied: boolean,
  question: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = messageOf(error);
    if (ABSENT.test(message) || (mayBeDenied && DENIED.test(message))) return undefined;
    throw new UserError(
      `Azure was asked for ${what} and refused: ${message.trim()}\n` +
        "Sign in by `az login` and choose the subscription by `az account set --subscription NAME`; " +
        "docs/registries/acr.md lists the permissions. To use everything as it is: " +
        "pulumi config set --path bot-core:registry.manage false",
      "registry-lookup",
      { cause: error },
    );
  }
}

function noGroup(group: string, cause: unknown): UserError {
  return new UserError(
    `\`registry.resourceGroup\` is "${group}", which is not there in the subscription in use; it has ` +
      `to be there before the registry. Make it: az group create --name ${group} --location REGION, ` +
      "or choose another subscription: az account set --subscription NAME",
    "registry-group",
    { cause },
  );
}
