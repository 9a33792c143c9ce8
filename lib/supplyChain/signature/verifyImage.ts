import type { VerifyPolicy } from "../../resources/supplyChain";
import type { ImageAccess, ToolOptions } from "../image";

/** A platform's image that has to be in the index. */
export interface VerifyPlatform {
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** `sha256:…` of its manifest. */
  readonly digest: string;
  /** true: it needs an attested bill of materials. */
  readonly sbom: boolean;
}

export interface VerifyRequest {
  /** The index. */
  readonly image: ImageAccess;
  /** The version under which it is to run. Absent: its own version is not looked at. */
  readonly version?: string;
  readonly platforms: readonly VerifyPlatform[];
  readonly policy: VerifyPolicy;
}

/**
 * Checks that the policy's signer signed this index, for this version, with these images, and
 * attested their bills of materials. Takes the bundle format and the older `.sig` and `.att` tags.
 * @throws UserError `image-unsigned`, `image-wrong-signer`, `image-version-mismatch`,
 *   `image-platform-foreign`, `sbom-missing`, `sbom-subject`; `image-missing` where the registry lacks
 *   the index; `signature-tool` where cosign could not tell; those of `findTool` and `RegistryClient`
 */
export async function verifyImage(
  request: VerifyRequest,
  options: ToolOptions = {},
): Promise<void> {
  await Promise.resolve([request, options]);
  throw new Error("verifyImage has no body yet");
}
