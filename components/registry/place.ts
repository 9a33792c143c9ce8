import { pullEndpointOf } from "../../lib/registries/ecr/replication";
import type { RegistryEndpoint } from "../../lib/resources/registry";
import { repositoryPath } from "../../lib/settings/registry";
import type { RegistrySettings } from "../../lib/settings/settings";
import type { RegistryPlace } from "./contract";

/** The registry that the settings name, without declaring anything. */
export function registryPlace(settings: RegistrySettings): RegistryPlace {
  const { kind, endpoint, account, lookUp } = settings;
  const pullEndpoint = pullEndpointFor(settings);
  return {
    kind,
    endpoint,
    account,
    lookUp,
    repositoryPath: (service) => repositoryPath(settings, service),
    imageName: (service) => `${endpoint.server}/${repositoryPath(settings, service)}`,
    pullEndpoint,
    makesServer: settings.kind === "acr" && settings.manage,
    pullImageName: (service) => `${pullEndpoint.server}/${repositoryPath(settings, service)}`,
  };
}

/** Copies elsewhere have a server of their own in ECR alone; the other clouds route by themselves. */
function pullEndpointFor(settings: RegistrySettings): RegistryEndpoint {
  return settings.kind === "ecr" ? pullEndpointOf(settings) : settings.endpoint;
}
