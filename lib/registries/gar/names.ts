import { createHash } from "node:crypto";

/** Where a repository of Artifact Registry is. */
export interface RepositoryPlace {
  readonly project: string;
  /** Region, or `us`, `europe`, `asia`. */
  readonly location: string;
  /** Repository id, e.g. `bot-core` or `eu.gcr.io`. */
  readonly repository: string;
}

/** What an identity of the registry may do. */
export type Role = "push" | "pull";

/** Service accounts have 6 to 30 characters, repositories at most 63, pools 4 to 32 (the API's own rules). */
const ACCOUNT_STEM = 18;
const POOL_STEM = 18;
const REPOSITORY_STEM = 30;
const MOST_REPOSITORY = 63;
const HASH = 5;

/** The name by which the API and `pulumi import` know a repository. */
export function repositoryName({ project, location, repository }: RepositoryPlace): string {
  return `projects/${project}/locations/${location}/repositories/${repository}`;
}

/** The name by which `pulumi import` knows a pool of workload identities. */
export function poolName(project: string, poolId: string): string {
  return `projects/${project}/locations/global/workloadIdentityPools/${poolId}`;
}

/** The name by which `pulumi import` knows a provider of a pool. */
export function poolProviderName(project: string, poolId: string, providerId: string): string {
  return `${poolName(project, poolId)}/providers/${providerId}`;
}

/**
 * Id of the service account with that role. The hash is over location and repository: two
 * repositories of one project never share an account, although names are cut.
 */
export function serviceAccountId(place: RepositoryPlace, role: Role): string {
  return `${stem(place.repository, ACCOUNT_STEM)}-${role}-${placeHash(place)}`;
}

/**
 * Id of the pool that GitHub's workflows come in by. It begins with `github-`, because `gcp-` is
 * Google's own.
 */
export function poolId(place: RepositoryPlace): string {
  return `github-${stem(place.repository, POOL_STEM)}-${placeHash(place)}`;
}

/**
 * Id of the pool's provider for one GitHub repository. A pool that outlives its stack may still hold
 * the provider of another repository.
 */
export function poolProviderId(githubRepositoryId: number): string {
  return `github-${githubRepositoryId.toString()}`;
}

/** Id of the repository that copies images of `upstream` through, e.g. `bot-core-cache-quay-io`. */
export function cacheRepositoryId(repository: string, upstream: string): string {
  const id = `${stem(repository, REPOSITORY_STEM)}-cache-${slug(upstream)}`;
  if (id.length <= MOST_REPOSITORY) return id;
  return `${trimmed(id.slice(0, MOST_REPOSITORY - HASH - 1))}-${hash(upstream)}`;
}

/** Id of the repository that gives own and cached images under one address. */
export function virtualRepositoryId(repository: string): string {
  return `${stem(repository, REPOSITORY_STEM)}-all`;
}

function stem(repository: string, length: number): string {
  return trimmed(slug(repository).slice(0, length));
}

/** Lower-case letters, digits and hyphens, as ids of Google allow them; `eu.gcr.io` is `eu-gcr-io`. */
function slug(text: string): string {
  return trimmed(text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"));
}

function trimmed(text: string): string {
  return text.replaceAll(/^-+|-+$/g, "");
}

function placeHash({ location, repository }: RepositoryPlace): string {
  return hash(`${location}/${repository}`);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH);
}
