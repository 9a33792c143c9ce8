import { UserError } from "../errors";
import { canonicalJson } from "../oci/canonicalJson";
import { digestOf } from "../oci/digest";
import { OCI_INDEX } from "../oci/mediaTypes";
import type { ImageIndexInputs } from "../resources/imageIndex";
import type { ImageDescriptor } from "./manifests";
import { platformText } from "./platform";

/** Annotation with the digest of everything that the service was built from. */
export const INPUTS_ANNOTATION = "io.bot-core.inputs";
export const REVISION_ANNOTATION = "org.opencontainers.image.revision";
export const VERSION_ANNOTATION = "org.opencontainers.image.version";

export interface BuiltIndex {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
}

/**
 * The bytes of an OCI index: equal children and annotations give equal bytes, in whatever order they
 * come. It is always the OCI type, because Docker's list cannot carry annotations (docker/buildx#3061).
 * @throws UserError `index-invalid` for no image, or two of one platform
 */
export function buildIndex(
  children: readonly ImageDescriptor[],
  annotations: Readonly<Record<string, string>>,
): BuiltIndex {
  const entries = children.map((child) => ({ text: platformText(child.platform), child }));
  entries.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  assertPlatforms(entries.map(({ text }) => text));
  const manifests = entries.map(({ child: { mediaType, digest, size, platform } }) => ({
    mediaType,
    digest,
    size,
    platform,
  }));
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations };
  const bytes = Buffer.from(canonicalJson(index), "utf8");
  return { bytes, digest: digestOf(bytes), mediaType: OCI_INDEX };
}

/** The annotations of a release (image-spec 1.1, "Pre-Defined Annotation Keys"); nothing from the clock. */
export function releaseAnnotations(inputs: ImageIndexInputs): Record<string, string> {
  const { source } = inputs;
  const values: Readonly<Record<string, string | undefined>> = {
    "org.opencontainers.image.title": inputs.service,
    [VERSION_ANNOTATION]: inputs.version,
    "org.opencontainers.image.source": source.url,
    "org.opencontainers.image.url": source.url,
    [REVISION_ANNOTATION]: source.revision,
    "org.opencontainers.image.created": source.created,
    "org.opencontainers.image.licenses": inputs.licenses,
    [INPUTS_ANNOTATION]: inputs.inputsDigest,
  };
  const present: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) present[key] = value;
  }
  return present;
}

function assertPlatforms(platforms: readonly string[]): void {
  const twice = platforms.find((platform, at) => platforms.indexOf(platform) !== at);
  if (platforms.length > 0 && twice === undefined) return;
  const what = twice === undefined ? "no image" : `two images of \`${twice}\``;
  throw new UserError(
    `an index cannot be made of ${what}; give one image for each platform`,
    "index-invalid",
  );
}
