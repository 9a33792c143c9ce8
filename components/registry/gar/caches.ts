import { Repository } from "@pulumi/gcp/artifactregistry";
import type * as pulumi from "@pulumi/pulumi";
import { cacheRepositoryId, virtualRepositoryId } from "../../../lib/registries/gar/names";
import { remoteSource } from "../../../lib/registries/gar/upstream";
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
  const { parent, name, settings } = scope;
  const { project, location, repository, cache } = settings;
  if (cache.length === 0) return [];
  const remotes = cache.map((upstream) => {
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
  });
  const all = new Repository(
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
          ...remotes.map(({ repositoryId, remote }, at) => ({
            id: repositoryId,
            priority: OWN_PRIORITY - 1 - at,
            repository: remote.id,
          })),
        ],
      },
    },
    { parent, dependsOn: [...apis] },
  );
  return [...remotes.map(({ remote }) => remote), all];
}
