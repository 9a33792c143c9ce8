import { Repository } from "@pulumi/gcp/artifactregistry";
import type * as pulumi from "@pulumi/pulumi";
import { cleanupPolicies } from "../../../lib/registries/gar/cleanup";
import { adoptOptions } from "../adopt";
import type { GarScope } from "./scope";

/** Settings that an existing repository may have otherwise; all others are fixed at its creation. */
const MAY_DIFFER = [
  "cleanupPolicies",
  "cleanupPolicyDryRun",
  "deletionPolicy",
  "description",
  "dockerConfig",
  "labels",
  "vulnerabilityScanningConfig",
];

/**
 * The one repository with all services' images. Tags are not made immutable by the registry: it can
 * do so only for all tags of a repository, and `latest`, `v1` and `pr-17` move. Our own publishing
 * never moves a version's tag.
 */
export function declareRepository(
  { parent, name, settings, args, found }: GarScope,
  apis: readonly pulumi.Resource[],
): Repository {
  const { project, location, repository, kmsKey, scanning } = settings;
  const { retention, version } = args;
  return new Repository(
    `${name}-repository`,
    {
      project,
      location,
      repositoryId: repository,
      description: "Container images, published by bot-core",
      format: "DOCKER",
      mode: "STANDARD_REPOSITORY",
      cleanupPolicies: cleanupPolicies({ prDays: retention.prDays, version }).map(
        ({ condition, ...policy }) => ({
          ...policy,
          condition: { ...condition, tagPrefixes: [...condition.tagPrefixes] },
        }),
      ),
      vulnerabilityScanningConfig: {
        enablementConfig: scanning === "off" ? "DISABLED" : "INHERITED",
      },
      ...(kmsKey === undefined ? {} : { kmsKeyName: kmsKey }),
    },
    {
      parent,
      dependsOn: [...apis],
      ...adoptOptions({
        id: found.repository,
        recorded: found.recorded,
        mayDiffer: MAY_DIFFER,
        keep: !retention.deleteOnDestroy,
      }),
    },
  );
}
