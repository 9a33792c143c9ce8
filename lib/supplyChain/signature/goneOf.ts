import type { RegistryClient } from "../../oci";
import type { SignedPlatform } from "../../resources/supplyChain";
import { presenceOf } from "./presence";

/** An index as it was signed. */
export interface SignedIndex {
  /** Repository path without the server. */
  readonly repository: string;
  /** `sha256:…` of the index. */
  readonly digest: string;
  readonly platforms: readonly SignedPlatform[];
}

/**
 * What the registry no longer has of a signed index, in words; undefined: all is there, whoever made it.
 * @throws UserError those of `RegistryClient`: a registry that cannot be asked has lost nothing
 */
export async function goneOf(
  client: RegistryClient,
  { repository, digest, platforms }: SignedIndex,
): Promise<string | undefined> {
  // Registries remove the signatures of what is gone, some of them a day later.
  if ((await client.headManifest(repository, digest)) === undefined) return "the index";
  if (!(await presenceOf(client, repository, digest)).signature) return "its signature";
  for (const { platform, digest: image, sbom } of platforms) {
    if (sbom === undefined) continue;
    const { attestation } = await presenceOf(client, repository, image);
    if (!attestation) return `the attested bill of materials of its ${platform} image`;
  }
  return undefined;
}
