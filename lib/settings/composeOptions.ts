import type { LoadOptions } from "../compose";
import { repositoryPath } from "./registry";
import type { Settings } from "./settings";

/**
 * How a stack's Compose files are read: with its own variables, and with those that the release decides.
 * @param projectDirectory absolute path of the folder that the files' paths count from
 */
export function composeOptions(settings: Settings, projectDirectory: string): LoadOptions {
  const { release, host, rollout, registry } = settings;
  const name = `${registry.endpoint.server}/${repositoryPath(registry, "service")}`;
  return {
    projectDirectory,
    files: release.composeFiles,
    ...(host.kind === "off" ? {} : { project: host.target.project }),
    envFiles: host.kind === "off" ? [] : host.envFiles,
    variables: {
      ...release.environment,
      // `server/namespace`, as `${DOCKER_REGISTRY}/SERVICE` wants it.
      DOCKER_REGISTRY: name.slice(0, name.lastIndexOf("/")),
      VERSION: release.version,
      GIT_SHA: release.gitSha ?? "",
    },
    ...(release.services === undefined ? {} : { services: release.services }),
    remoteHost: host.kind !== "off" && !host.target.address.startsWith("unix://"),
    allowVolumeOverlap: rollout.allowVolumeOverlap,
  };
}
