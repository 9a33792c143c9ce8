import { Repository } from "@pulumi/gcp/artifactregistry";
import type * as pulumi from "@pulumi/pulumi";
import { cacheRepositoryId, virtualRepositoryId } from "../../../lib/registries/gar/names";
import { remoteSource } from "../../../lib/registries/gar/upstream";
import type { PullThroughCache } from "../../../lib/settings/registrySettings";
import type { GarScope } from "./scope";

/** Own images win over cached ones of the same name; the upstreams follow in the order given. */
const OWN_PRIORITY = 100;

/**
 * A repository for each registry that is copied through, and one that gives own and cached images
 * under one address. What they hold can be fetched again: they go with the stack.
 * @returns none where `cache` is empty
 */
export function declareCaches(
  scope: GarScope,
  own: Repository,
  apis: readonly pulumi.Resource[],
): readonly Repository[] {
  const { cache } = scope.settings;
  if (cache.length === 0) return [];
  const copies = cache.map((upstream) => declareCopy(scope, upstream, apis));
  const all = declareAll(scope, own, copies, apis);
  return [...copies.map(({ remote }) => remote), all];
}

/** What is copied through from one registry. */
interface Copy {
  readonly repositoryId: string;
  readonly remote: Repository;
}

/** The repository that one registry is copied through. */
function declareCopy(
  { parent, name, settings }: GarScope,
  upstream: PullThroughCache,
  apis: readonly pulumi.Resource[],
): Copy {
  const { project, location, repository } = settings;
  const repositoryId = cacheRepositoryId(repository, upstream.upstream);
  const remote = new Repository(
    `${name}-cache-${upstream.upstream}`,
    {
      project,
      location,
      repositoryId,
      description: `Copies of ${upstream.upstream}`,
      format: "DOCKER",
      mode: "REMOTE_REPOSITORY",
      remoteRepositoryConfig: remoteSource(upstream),
    },
    { parent, dependsOn: [...apis] },
  );
  return { repositoryId, remote };
}

/** The one address for own and cached images. */
function declareAll(
  { parent, name, settings }: GarScope,
  own: Repository,
  copies: readonly Copy[],
  apis: readonly pulumi.Resource[],
): Repository {
  const { project, location, repository } = settings;
  return new Repository(
    `${name}-all`,
    {
      project,
      location,
      repositoryId: virtualRepositoryId(repository),
      description: "Own images and copies under one address",
      format: "DOCKER",
      mode: "VIRTUAL_REPOSITORY",
      virtualRepositoryConfig: {
        upstreamPolicies: [
          { id: "own", priority: OWN_PRIORITY, repository: own.id },
          ...copies.map(({ repositoryId, remote }, at) => ({
            id: repositoryId,
            priority: OWN_PRIORITY - 1 - at,
            repository: remote.id,
          })),
        ],
      },
    },
    { parent, dependsOn: [...apis] },
  );
}
