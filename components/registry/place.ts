import { repositoryPath } from "../../lib/settings/registry";
import type { RegistrySettings } from "../../lib/settings/settings";
import type { RegistryPlace } from "./contract";

/** The registry that the settings name, without declaring anything. */
export function registryPlace(settings: RegistrySettings): RegistryPlace {
  const { kind, endpoint, account, lookUp } = settings;
  return {
    kind,
    endpoint,
    account,
    lookUp,
    repositoryPath: (service) => repositoryPath(settings, service),
    imageName: (service) => `${endpoint.server}/${repositoryPath(settings, service)}`,
  };
}
