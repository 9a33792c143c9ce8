import * as pulumi from "@pulumi/pulumi";
import { loadCompose, type LoadedCompose } from "../lib/compose";
import { findingsError } from "../lib/errors";
import type { Settings } from "../lib/settings/settings";
import type { RegistryPlace } from "./registry/contract";

/**
 * Reads the Compose files: the services as the host runs them, and how ours are built. Warnings are
 * shown on the stack, so that a preview has them.
 * @throws UserError with every fault of the files at once
 */
export async function readServices(
  settings: Settings,
  registry: RegistryPlace,
): Promise<LoadedCompose> {
  const { release, host, rollout } = settings;
  const compose = await loadCompose({
    projectDirectory: process.cwd(),
    files: [...release.composeFiles],
    ...(host.kind === "off" ? {} : { project: host.target.project }),
    envFiles: host.kind === "off" ? [] : [...host.envFiles],
    variables: {
      ...release.environment,
      DOCKER_REGISTRY: registryVariable(registry),
      VERSION: release.version,
      GIT_SHA: release.gitSha ?? "",
    },
    ...(release.services === undefined ? {} : { services: [...release.services] }),
    remoteHost: host.kind !== "off" && !host.target.address.startsWith("unix://"),
    allowVolumeOverlap: rollout.allowVolumeOverlap,
  });
  if (compose.findings.errors.length > 0) {
    const files = release.composeFiles.join(", ");
    throw findingsError(`${files} cannot be deployed`, compose.findings.errors, "compose-invalid");
  }
  for (const { at, message } of compose.findings.warnings) {
    void pulumi.log.warn(`${at}: ${message}`);
  }
  return compose;
}

/** `server/namespace`, as the Compose files' `${DOCKER_REGISTRY}/SERVICE` wants it. */
function registryVariable(registry: RegistryPlace): string {
  const name = registry.imageName("x");
  return name.slice(0, name.lastIndexOf("/"));
}
