import { z } from "zod";
import { UserError } from "../../errors";
import { platformText } from "../../images";
import { Platform } from "../../images/platform";
import { type Manifest, isIndexType } from "../../oci";
import { isSemverVersion } from "../../tags";
import { jsonOf } from "./outcome";
import type { VerifyPlatform } from "./verifyImage";

const SERVICE = "org.opencontainers.image.title";
const VERSION = "org.opencontainers.image.version";
const Index = z.object({
  manifests: z.array(z.object({ digest: z.string(), platform: Platform.optional() })),
  annotations: z.record(z.string(), z.string()).optional(),
});

/**
 * Refuses what is not the index of this version: a signed old image stays signed under a new tag. So
 * does each image in it, which says no version. Versions that move stand for any index.
 * @throws UserError `image-version-mismatch`
 */
export function assertVersion(name: string, manifest: Manifest, version: string): void {
  const own = indexOf(manifest)?.annotations?.[VERSION];
  if (own === version || !isSemverVersion(version)) return;
  const text =
    own === undefined
      ? `\`${name}\` is signed and names no version, and it was to be used as ${version}: somebody may have put one platform's image of an old version under a new tag; put back the index that was published as ${version}, or publish a new version`
      : `\`${name}\` is signed as version ${own}, and it was to be used as ${version}: somebody may have put an old image under a new tag; deploy ${own}, or publish ${version} anew`;
  throw new UserError(text, "image-version-mismatch");
}

/**
 * Refuses what is not an index of this service, whatever the version: all services have one signer,
 * and who may write to one repository may copy another one's images there with their signatures.
 * @throws UserError `image-service-mismatch`
 */
export function assertService(name: string, manifest: Manifest, service: string): void {
  const own = indexOf(manifest)?.annotations?.[SERVICE];
  if (own === service) return;
  const text =
    own === undefined
      ? `\`${name}\` is signed and names no service, and it was to be ${service}: somebody may have put one platform's image in place of an index; publish the version with this program, or put its index back`
      : `\`${name}\` is signed as service ${own}, and it was to be ${service}: somebody may have put another service's image into its repository; put the index of ${service} back, or publish a new version`;
  throw new UserError(text, "image-service-mismatch");
}

/**
 * Refuses a platform's image that is not in the signed index.
 * @throws UserError `image-platform-foreign`
 */
export function assertPlatforms(
  name: string,
  manifest: Manifest,
  platforms: readonly Pick<VerifyPlatform, "platform" | "digest">[],
): void {
  const { manifests } = indexOf(manifest) ?? { manifests: [{ digest: manifest.digest }] };
  const listed = new Map<string, Platform | undefined>(
    manifests.map((one) => [one.digest, "platform" in one ? one.platform : undefined]),
  );
  for (const { platform, digest } of platforms) {
    if (!listed.has(digest)) throw foreign(name, platform, digest, "is not in it");
    const own = listed.get(digest);
    if (own === undefined || platformText(own) === platformText(platform)) continue;
    throw foreign(name, platform, digest, `is its image for ${platformText(own)}`);
  }
}

/** Undefined for a single image, which lists no others. */
function indexOf(manifest: Manifest): z.infer<typeof Index> | undefined {
  if (!isIndexType(manifest.mediaType)) return undefined;
  return Index.safeParse(jsonOf(manifest.bytes.toString("utf8"))).data;
}

function foreign(name: string, platform: string, digest: string, why: string): UserError {
  return new UserError(
    `${digest} was to be the ${platform} image of \`${name}\`, and it ${why}; what is signed is the index alone, so publish one that lists it`,
    "image-platform-foreign",
  );
}
