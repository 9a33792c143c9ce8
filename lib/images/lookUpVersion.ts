import type { RegistryClient } from "../oci/registryClient";
import type { PlatformImage } from "../resources/imageIndex";
import { INPUTS_ANNOTATION, REVISION_ANNOTATION, VERSION_ANNOTATION } from "./buildIndex";
import { candidateTags } from "../tags/releaseTags";
import { type ChildImage, readImages, totalBytes } from "./manifests";
import { currentDigests } from "./tagPlan";

/** A version as it stands in the registry. */
export interface PublishedVersion {
  /** `sha256:…` of the index, or of the single image. */
  readonly digest: string;
  /** Sorted by platform. */
  readonly platforms: readonly PlatformImage[];
  /** From the annotations; absent where someone else published it. */
  readonly inputsDigest?: string;
  readonly revision?: string;
  /** The version that it was published as, e.g. `v1.2.0` behind `latest`. */
  readonly version?: string;
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
  const known = {
    inputsDigest: annotations[INPUTS_ANNOTATION],
    revision: annotations[REVISION_ANNOTATION],
    version: annotations[VERSION_ANNOTATION],
  };
  return {
    digest: manifest.digest,
    platforms: platformImages(children),
    ...withoutAbsent(known),
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

/**
 * Those tags that stand for a published version: VERSION, its aliases, `latest` and its commit, one HEAD
 * each. Sorted.
 */
export async function findTags(
  client: RegistryClient,
  repository: string,
  version: string,
  published: PublishedVersion,
): Promise<string[]> {
  const candidates = new Set([
    version,
    ...candidateTags(published.version ?? version, published.revision),
  ]);
  const current = await currentDigests(client, repository, [...candidates]);
  return [...current].flatMap(([tag, digest]) => (digest === published.digest ? [tag] : [])).sort();
}

function withoutAbsent<K extends string>(
  values: Record<K, string | undefined>,
): {
  [key in K]?: string;
} {
  const present: { [key in K]?: string } = {};
  for (const key of Object.keys(values) as K[]) {
    const value = values[key];
    if (value !== undefined) present[key] = value;
  }
  return present;
}

/** Platform and digest of some images, sorted by platform. */
export function platformImages(children: readonly ChildImage[]): PlatformImage[] {
  return children
    .map(({ platform, descriptor: { digest } }) => ({ platform, digest }))
    .sort((a, b) => (a.platform < b.platform ? -1 : a.platform > b.platform ? 1 : 0));
}
