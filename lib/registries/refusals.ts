import type { RegistryOptions } from "../oci/connection";
import type { Credentials } from "../oci/credentials";
import { RegistryClient } from "../oci/registryClient";
import type { Explain } from "../oci/registryErrors";
import type { RegistryEndpoint } from "../resources/registry";
import { acrMend } from "./acr/refusals";
import { type RegistryKind, detectKind } from "./detect";
import { dockerHubMend } from "./dockerHub/refusals";
import { ecrMend } from "./ecr/refusals";
import { garMend } from "./gar/refusals";
import { ghcrMend } from "./ghcr/refusals";
import { privateMend } from "./private/refusals";

const MENDS: { readonly [K in RegistryKind]: Explain } = {
  ecr: ecrMend,
  gar: garMend,
  acr: acrMend,
  ghcr: ghcrMend,
  dockerhub: dockerHubMend,
  private: privateMend,
};

/** What to do about a refusal, in the words of the registry whose server refused. */
export const explainRefusal: Explain = (refusal) => MENDS[detectKind(refusal.server)](refusal);

/** The client of a registry whose errors say what that kind of registry needs. */
export function registryClient(
  endpoint: RegistryEndpoint,
  credentials?: Credentials,
  options: RegistryOptions = {},
): RegistryClient {
  return new RegistryClient(endpoint, credentials, { explain: explainRefusal, ...options });
}

/**
 * Whether a registry refuses a pull from a repository that was not pushed yet, where others answer
 * that there is none: GitHub's and Docker Hub's repositories are born with their first push.
 */
export function hidesUnborn(server: string): boolean {
  const kind = detectKind(server);
  return kind === "ghcr" || kind === "dockerhub";
}
