import type { BuildSpec } from "../compose/model";
import { canonicalJson } from "../oci/canonicalJson";
import { hexDigestOf } from "../oci/digest";
import type { TreeEntry } from "./contextTree";
import { platformText } from "./platform";

/** Raised when the meaning of the digest changes; every image is then built anew once. */
const FORMAT = 1;
const TAG_DIGITS = 12;

/**
 * sha256 (64 hex) over everything that decides an image but its platform: the staged tree with the
 * Dockerfile in it, build arguments, target and build network.
 * @param dockerfile path of the Dockerfile inside the tree
 */
export function inputsDigest(
  entries: readonly TreeEntry[],
  dockerfile: string,
  spec: BuildSpec,
): string {
  const { args, target, network } = spec;
  const files = entries.map(({ path, kind, mode, content }) => [path, kind, mode, content]);
  return hexDigestOf(canonicalJson({ format: FORMAT, files, dockerfile, args, target, network }));
}

/** The inputs of one platform's image: 64 hex characters. */
export function platformInputs(inputs: string, platform: string): string {
  return hexDigestOf(canonicalJson({ inputs, platform: platformText(platform) }));
}

/** Tag under which one platform's image is pushed: `pb-<12 hex>-<arch>`, e.g. `pb-0123456789ab-armv7`. */
export function buildTag(hex: string, platform: string): string {
  return `pb-${hex.slice(0, TAG_DIGITS)}-${platformSuffix(platform)}`;
}

/** `amd64`, `arm64`, `armv7`; with the system where it is not Linux, e.g. `windows-amd64`. */
export function platformSuffix(platform: string): string {
  const [os = "", architecture = "", variant = ""] = platformText(platform).split("/");
  return os === "linux" ? `${architecture}${variant}` : `${os}-${architecture}${variant}`;
}
