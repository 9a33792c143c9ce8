import type { SignPolicy } from "../../resources/supplyChain";
import type { ImageAccess, ToolOptions } from "../image";

/** A platform's image, and the bill of materials that is attested for it. */
export interface PlatformSbom {
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** `sha256:…` of its manifest. */
  readonly digest: string;
  /** SPDX in JSON that describes this digest. Absent: none is attested. */
  readonly sbom?: Buffer;
}

export interface SignRequest {
  /** The index, with a login that may push. */
  readonly image: ImageAccess;
  readonly platforms: readonly PlatformSbom[];
  readonly policy: SignPolicy;
}

/**
 * Signs an index with each of its images, and attests the images' bills of materials. In the bundle
 * format, as referrers of what is signed: no tag is written, so immutable tags are no obstacle.
 * @returns cosign's version
 * @throws UserError `sign-key` for a key that is not there or cannot be opened, `sign-identity` where
 *   nothing says who signs, `signature-tool` for anything else, those of `findTool`, `sbom-subject`
 */
export async function signImage(
  request: SignRequest,
  options: ToolOptions = {},
): Promise<{ readonly tool: string }> {
  await Promise.resolve([request, options]);
  throw new Error("signImage has no body yet");
}
