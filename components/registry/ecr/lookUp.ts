import { getRepositories } from "@pulumi/aws/ecr/getRepositories";
import { getRepository } from "@pulumi/aws/ecr/getRepository";
import { getOpenIdConnectProvider } from "@pulumi/aws/iam/getOpenIdConnectProvider";
import * as pulumi from "@pulumi/pulumi";
import { resolveCredentials } from "../../../lib/credentials";
import { messageOf, UserError } from "../../../lib/errors";
import { registryClient } from "../../../lib/registries/refusals";
import {
  EMPTY_REGISTRY,
  readRegistryState,
  type RegistryPart,
  type RegistryState,
} from "../../../lib/registries/ecr/registryState";
import { githubProviderArn } from "../../../lib/registries/ecr/trust";
import type { GithubRepositoryNames } from "../../../lib/registries/github/subjects";
import type { EcrSettings } from "../../../lib/settings/registrySettings";
import { githubRepository } from "../../githubRepository";
import type { RegistryArgs } from "../contract";
import { type EcrProviders, providerIn } from "./scope";

/** What AWS and GitHub say before anything is declared. */
export interface EcrFound {
  /** Our repositories that exist, by region and name. */
  readonly repositories: Readonly<Record<string, Readonly<Record<string, FoundRepository>>>>;
  /** Tags by repository name, in the registry's own region. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
  /** Settings that a registry has once, by region. */
  readonly registries: Readonly<Record<string, RegistryState>>;
  /** The repository on GitHub, where its workflows get identities. */
  readonly github?: GithubRepositoryNames;
  /** The account's OIDC provider of GitHub, where it has one. */
  readonly oidc?: { readonly arn: string; readonly audiences: readonly string[] };
}

export interface FoundRepository {
  /** `MUTABLE`, `IMMUTABLE`, … */
  readonly mutability: string;
  /** ARN of the KMS key; absent: AES-256 by ECR's own. */
  readonly kmsKey?: string;
}

/** Asks what exists of `paths`, in all regions at once. */
export async function lookUp(
  settings: EcrSettings,
  args: RegistryArgs,
  providers: EcrProviders,
  paths: readonly string[],
): Promise<EcrFound> {
  const regions = [settings.region, ...settings.replicas];
  const [repositories, registries, github] = await Promise.all([
    byRegion(regions, (region) => existing(providers, region, paths)),
    byRegion(regions, (region) => stateOf(settings, region)),
    args.github.kind === "off"
      ? undefined
      : Promise.all([githubRepository(args.github), oidcProvider(settings, providers)]),
  ]);
  const tags = await tagsOf(settings, Object.keys(repositories[settings.region] ?? {}));
  const [repository, oidc] = github ?? [];
  return {
    repositories,
    tags,
    registries,
    ...(repository === undefined ? {} : { github: repository }),
    ...(oidc === undefined ? {} : { oidc }),
  };
}

async function byRegion<T>(
  regions: readonly string[],
  ask: (region: string) => Promise<T>,
): Promise<Record<string, T>> {
  const answers = regions.map(async (region) => [region, await ask(region)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

async function existing(
  providers: EcrProviders,
  region: string,
  paths: readonly string[],
): Promise<Record<string, FoundRepository>> {
  const opts = { provider: providerIn(providers, region) };
  const { names } = await getRepositories({}, opts);
  const found = paths.filter((path) => names.includes(path));
  const details = found.map(async (name) => {
    const { imageTagMutability, encryptionConfigurations } = await getRepository({ name }, opts);
    const [encryption] = encryptionConfigurations;
    const key = encryption?.encryptionType === "KMS" ? { kmsKey: encryption.kmsKey } : {};
    return [name, { mutability: imageTagMutability, ...key }] as const;
  });
  return Object.fromEntries(await Promise.all(details));
}

/** Only what this run's settings need is asked for, and so needs no right otherwise. */
function stateOf(settings: EcrSettings, region: string): Promise<RegistryState> {
  const { replicas, cache, scanning, profile } = settings;
  const parts: RegistryPart[] = [];
  if (region !== settings.region) parts.push("templates");
  else {
    if (replicas.length > 0) parts.push("replication");
    if (scanning === "enhanced") parts.push("scanning");
    if (cache.length > 0) parts.push("caches", "templates");
  }
  if (parts.length === 0) return Promise.resolve(EMPTY_REGISTRY);
  return readRegistryState({ region, ...(profile === undefined ? {} : { profile }) }, parts);
}

async function tagsOf(
  { endpoint, lookUp: source }: EcrSettings,
  paths: readonly string[],
): Promise<Record<string, readonly string[]>> {
  if (paths.length === 0) return {};
  try {
    const client = registryClient(endpoint, await resolveCredentials(source, endpoint.server));
    const lists = paths.map(async (path) => [path, await client.listTags(path)] as const);
    return Object.fromEntries(await Promise.all(lists));
  } catch (error) {
    // Whatever looks up the version has said already that a preview goes on without the registry.
    if (pulumi.runtime.isDryRun() && error instanceof UserError) return {};
    throw error;
  }
}

/** How the provider says that there is none; any other failure is one. */
const NO_PROVIDER = /couldn't find resource|NoSuchEntity|not found/i;

async function oidcProvider(
  settings: EcrSettings,
  providers: EcrProviders,
): Promise<EcrFound["oidc"]> {
  const arn = githubProviderArn(settings);
  try {
    const opts = { provider: providerIn(providers, settings.region) };
    const { clientIdLists } = await getOpenIdConnectProvider({ arn }, opts);
    return { arn, audiences: clientIdLists };
  } catch (error) {
    if (NO_PROVIDER.test(messageOf(error))) return undefined;
    throw error;
  }
}
