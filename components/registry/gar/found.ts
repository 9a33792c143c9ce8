import { getRepositories } from "@pulumi/gcp/artifactregistry";
import { getWorkloadIdentityPool, getWorkloadIdentityPoolProvider } from "@pulumi/gcp/iam";
import { getClientOpenIdUserInfo } from "@pulumi/gcp/organizations";
import * as pulumi from "@pulumi/pulumi";
import { messageOf, UserError } from "../../../lib/errors";
import {
  poolId,
  poolName,
  poolProviderId,
  poolProviderName,
  repositoryName,
} from "../../../lib/registries/gar/names";
import type { GarSettings } from "../../../lib/settings/registrySettings";
import { githubRepositoryId } from "../../githubRepository";
import { adoptionNote, isAdopted } from "../adopt";
import type { RegistryArgs } from "../contract";

/** What is known before anything is declared. */
export interface Found {
  /** true: this stack's last update declared the registry. */
  readonly recorded: boolean;
  /** Name of the repository, where it exists. */
  readonly repository?: string;
  /** Who runs the program, as a member of an IAM policy; absent where Google does not tell. */
  readonly operator?: string;
  /** Absent where `github` is off. */
  readonly github?: FoundGithub;
}

export interface FoundGithub {
  /** Number of the repository on GitHub. */
  readonly repositoryId: number;
  readonly defaultBranch: string;
  /** Name of the pool, where it exists. */
  readonly pool?: string;
  /** Name of the pool's provider, where it exists. */
  readonly provider?: string;
}

/** What Google answers where a thing, or the API that knows it, is not there. */
const ABSENT = /SERVICE_DISABLED|has not been used in project|\bnot ?found\b|Error 404/i;
/** What Google answers where the caller may not ask. */
const DENIED = /PERMISSION_DENIED|Error 403|does not have permission/i;

/**
 * Asks Google what is there already. Where the stack's record holds the registry, an identity that
 * may not ask goes on: one which may only push can run an update that changes nothing.
 * @throws UserError `registry-lookup` where Google refuses, `registry-format` where the repository is
 * not one for images
 */
export async function lookUp(
  settings: GarSettings,
  args: RegistryArgs,
  provider: pulumi.ProviderResource,
): Promise<Found> {
  const recorded = isRecorded(settings, args);
  const [repository, operator, github] = await Promise.all([
    lookUpRepository(settings, recorded, provider),
    settings.pullServiceAccount === undefined ? lookUpOperator(provider) : undefined,
    lookUpGithub(settings, args, recorded, provider),
  ]);
  return {
    recorded,
    ...(repository === undefined ? {} : { repository }),
    ...(operator === undefined ? {} : { operator }),
    ...(github === undefined ? {} : { github }),
  };
}

/** Says in one line what is taken over. */
export function noteAdoption({ repository, github, recorded }: Found): void {
  const note = adoptionNote(
    [repository, github?.pool, github?.provider]
      .filter((id) => id !== undefined)
      .filter((id) => isAdopted({ id, recorded })),
  );
  if (note !== undefined) void pulumi.log.info(note);
}

function isRecorded(
  { endpoint, namespace }: GarSettings,
  { recorded = [] }: RegistryArgs,
): boolean {
  return recorded.some((image) => image.startsWith(`${endpoint.server}/${namespace}/`));
}

async function lookUpRepository(
  settings: GarSettings,
  recorded: boolean,
  provider: pulumi.ProviderResource,
): Promise<string | undefined> {
  const { project, location, repository } = settings;
  const answer = await ask(
    `the repositories of ${project} in ${location}`,
    () => getRepositories({ project, location }, { provider }),
    recorded,
  );
  const found = answer?.repositories.find(({ repositoryId }) => repositoryId === repository);
  if (found === undefined) return undefined;
  if (found.format === "DOCKER") return repositoryName(settings);
  throw new UserError(
    `${repositoryName(settings)} is there already and holds ${found.format}; allowed: DOCKER. ` +
      "Give another name: pulumi config set --path bot-core:registry.repository NAME",
    "registry-format",
  );
}

/** A federated identity without a service account has no e-mail: somebody else has to let it in. */
async function lookUpOperator(provider: pulumi.ProviderResource): Promise<string | undefined> {
  try {
    const { email } = await getClientOpenIdUserInfo({ provider });
    const kind = email.endsWith(".gserviceaccount.com") ? "serviceAccount" : "user";
    return `${kind}:${email}`;
  } catch {
    await pulumi.log.info(
      "Google does not say who you are, so nobody is allowed to act as the pull account by this run; " +
        "docs/registries/gar.md has the command",
    );
    return undefined;
  }
}

async function lookUpGithub(
  settings: GarSettings,
  args: RegistryArgs,
  recorded: boolean,
  provider: pulumi.ProviderResource,
): Promise<FoundGithub | undefined> {
  if (args.github.kind === "off") return undefined;
  const { project } = settings;
  const repositoryId = await githubRepositoryId(args.github);
  const pool = poolId(settings);
  const providerId = poolProviderId(repositoryId);
  const [foundPool, foundProvider] = await Promise.all([
    ask(
      `the pool ${pool} of ${project}`,
      () => getWorkloadIdentityPool({ project, workloadIdentityPoolId: pool }, { provider }),
      recorded,
    ),
    ask(
      `the provider ${providerId} of the pool ${pool} of ${project}`,
      () =>
        getWorkloadIdentityPoolProvider(
          { project, workloadIdentityPoolId: pool, workloadIdentityPoolProviderId: providerId },
          { provider },
        ),
      recorded,
    ),
  ]);
  return {
    repositoryId,
    defaultBranch: args.github.defaultBranch,
    ...(foundPool === undefined ? {} : { pool: poolName(project, pool) }),
    ...(foundProvider === undefined
      ? {}
      : { provider: poolProviderName(project, pool, providerId) }),
  };
}

/**
 * @param mayBeDenied true: whoever may not ask goes on as if it were not there
 * @returns undefined where it is not there
 */
async function ask<T>(
  what: string,
  question: () => Promise<T>,
  mayBeDenied: boolean,
): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    const message = messageOf(error);
    if (ABSENT.test(message) || (mayBeDenied && DENIED.test(message))) return undefined;
    throw new UserError(
      `Google was asked for ${what} and refused: ${message.trim()}\n` +
        "Sign in by `gcloud auth application-default login`; docs/registries/gar.md lists the " +
        "permissions. To use everything as it is: pulumi config set --path bot-core:registry.manage false",
      "registry-lookup",
      { cause: error },
    );
  }
}
