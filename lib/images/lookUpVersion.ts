import type { RegistryClient } from "../oci/registryClient";
import type { PlatformImage } from "../resources/imageIndex";
import { INPUTS_ANNOTATION, REVISION_ANNOTATION } from "./buildIndex";
import { type ChildImage, readImages, totalBytes } from "./manifests";

/** A version as it stands in the registry. */
export interface PublishedVersion {
  /** `sha256:…` of the index, or of the single image. */
  readonly digest: string;
  /** Sorted by platform. */
  readonly platforms: readonly PlatformImage[];
  /** From the annotations; absent where someone else published it. */
  readonly inputsDigest?: string;
  readonly revision?: string;
  /** Compressed bytes of configurations and unique layers, all platforms. */
  readonly sizeBytes: number;
}

/**
 * What the registry holds under a tag. Reads manifests only; a configuration blob is read just for a
 * tag that is a single image, because nothing else tells its platform.
 * @returns undefined: the tag or the repository does not exist
 * @throws UserError for any other answer, and `image-incomplete`, `image-invalid`
 */
export async function lookUpVersion(
  client: RegistryClient,
  repository: string,
  version: string,
): Promise<PublishedVersion | undefined> {
  const manifest = await client.getManifest(repository, version);
  if (manifest === undefined) return undefined;
  const { children, annotations } = await readImages(client, repository, manifest);
  const inputs = annotations[INPUTS_ANNOTATION];
  const revision = annotations[REVISION_ANNOTATION];
  return {
    digest: manifest.digest,
    platforms: platformImages(children),
    ...(inputs === undefined ? {} : { inputsDigest: inputs }),
    ...(revision === undefined ? {} : { revision }),
    sizeBytes: totalBytes(children),
  };
}

/** The digest of a platform image that was built before from the same inputs; see `buildTag`. */
export async function findBuilt(
  client: RegistryClient,
  repository: string,
  tag: string,
): Promise<string | undefined> {
  return (await client.headManifest(repository, tag))?.digest;
}

/** Platform and digest of some images, sorted by platform. */
export function platformImages(children: readonly ChildImage[]): PlatformImage[] {
  return children
    .map(({ platform, descriptor: { digest } }) => ({ platform, digest }))
    .sort((a, b) => (a.platform < b.platform ? -1 : a.platform > b.platform ? 1 : 0));
}
