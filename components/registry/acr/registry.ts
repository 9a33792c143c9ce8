import { CacheRule, Registry, Replication } from "@pulumi/azure-native/containerregistry";
import { cachePath, cacheRuleName } from "../../../lib/registries/acr/names";
import { registryPolicies } from "../../../lib/registries/acr/policies";
import { adoptOptions } from "../adopt";
import type { AcrScope } from "./scope";

/** Settings that an existing registry may have otherwise, and that the next `up` brings. */
const MAY_DIFFER = ["adminUserEnabled", "anonymousPullEnabled", "location", "policies", "sku"];

/**
 * What the program has no say in: the network around a registry, its encryption and its tags are its
 * administrators' own, and zones are fixed when it is made. The SDK fills in defaults for them.
 */
const NOT_OURS = [
  "dataEndpointEnabled",
  "encryption",
  "identity",
  "networkRuleBypassOptions",
  "networkRuleSet",
  "publicNetworkAccess",
  "tags",
  "zoneRedundancy",
];

/** The registry: no admin user, no pull without a login. */
export function declareRegistry({ parent, name, settings, args, found }: AcrScope): Registry {
  const policies = registryPolicies(settings.sku);
  const { ignoreChanges = [], ...adopted } = adoptOptions({
    id: found.registry,
    recorded: found.recorded,
    mayDiffer: MAY_DIFFER,
    keep: !args.retention.deleteOnDestroy,
  });
  return new Registry(
    `${name}-registry`,
    {
      registryName: settings.name,
      resourceGroupName: settings.resourceGroup,
      ...(settings.location === undefined ? {} : { location: settings.location }),
      sku: { name: settings.sku },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      ...(policies === undefined ? {} : { policies }),
    },
    { parent, ...adopted, ignoreChanges: [...NOT_OURS, ...ignoreChanges] },
  );
}

/** A copy a region, under the registry's own name: Azure sends each pull to the nearest. */
export function declareReplicas(
  { parent, name, settings, found }: AcrScope,
  registry: Registry,
): readonly Replication[] {
  return settings.replicas.map((region) => {
    const { ignoreChanges = [], ...adopted } = adoptOptions({
      id: found.replications[region],
      recorded: found.recorded,
      mayDiffer: ["regionEndpointEnabled"],
      keep: false,
    });
    return new Replication(
      `${name}-replica-${region}`,
      {
        registryName: registry.name,
        resourceGroupName: settings.resourceGroup,
        replicationName: region,
        location: region,
        regionEndpointEnabled: true,
      },
      { parent, ...adopted, ignoreChanges: ["tags", "zoneRedundancy", ...ignoreChanges] },
    );
  });
}

/** `NAME.azurecr.io/docker-io/library/node` is Docker Hub's `library/node`. */
export function declareCaches(
  { parent, name, settings }: AcrScope,
  registry: Registry,
): readonly CacheRule[] {
  return settings.cache.map(
    ({ upstream, credential }) =>
      new CacheRule(
        `${name}-cache-${upstream}`,
        {
          registryName: registry.name,
          resourceGroupName: settings.resourceGroup,
          cacheRuleName: cacheRuleName(upstream),
          sourceRepository: `${upstream}/*`,
          targetRepository: `${cachePath(upstream)}/*`,
          ...(credential === undefined ? {} : { credentialSetResourceId: credential }),
        },
        { parent },
      ),
  );
}
