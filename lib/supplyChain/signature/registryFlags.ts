import type { RegistryEndpoint } from "../../resources/registry";

/** cosign's flags for a registry beside the plain ones: this machine's, or one with its own authority. */
export function registryFlags(
  endpoint: Pick<RegistryEndpoint, "insecure">,
  caFile: string | undefined,
): string[] {
  return [
    ...(endpoint.insecure ? ["--allow-http-registry"] : []),
    ...(caFile === undefined ? [] : ["--registry-cacert", caFile]),
  ];
}
