import { z } from "zod";
import { UserError } from "../../errors";
import { isDigest } from "../../oci/digest";
import { isIndexType } from "../../oci/mediaTypes";
import type { Manifest } from "../../oci/registryClient";
import type { BlobDescriptor } from "../../oci/verifiedStream";

const Descriptor = z.object({
  mediaType: z.string().optional(),
  digest: z.string().refine(isDigest),
  size: z.int().nonnegative(),
  urls: z.array(z.string()).optional(),
});
const Subject = z.object({ digest: z.string().refine(isDigest) }).optional();
const IndexBody = z.object({ manifests: z.array(Descriptor), subject: Subject });
const ImageBody = z.object({
  config: Descriptor,
  layers: z.array(Descriptor),
  subject: Subject,
  // An image that is an index as well could be copied as the one and pulled as the other (CVE-2021-41190).
  manifests: z.undefined().optional(),
});

/** Another manifest that a manifest names. */
export interface NamedManifest {
  readonly digest: string;
  /** Absent: not known. */
  readonly mediaType?: string;
}

/** Everything that has to be in a repository before a manifest. */
export interface ManifestParts {
  readonly children: readonly NamedManifest[];
  /** Configuration and layers, each once. */
  readonly blobs: readonly BlobDescriptor[];
  /** Digest of the manifest that this one refers to. */
  readonly subject?: string;
}

/**
 * What a manifest consists of.
 * @param name for the message
 * @throws UserError `image-invalid` for what is no manifest as the image specification has it
 */
export function manifestParts(manifest: Manifest, name: string): ManifestParts {
  const json = jsonOf(manifest.bytes);
  const parts = isIndexType(manifest.mediaType) ? indexParts(json) : imageParts(json);
  if (parts !== undefined) return parts;
  throw new UserError(
    `\`${name}\` is not an image manifest as specified and cannot be copied; remove it from the registry or name another version`,
    "image-invalid",
  );
}

function indexParts(json: unknown): ManifestParts | undefined {
  const { data } = IndexBody.safeParse(json);
  if (data === undefined) return undefined;
  const children = data.manifests.map(({ digest, mediaType }) => ({
    digest,
    ...(mediaType === undefined ? {} : { mediaType }),
  }));
  return { children, blobs: [], ...subjectOf(data.subject) };
}

function imageParts(json: unknown): ManifestParts | undefined {
  const { data } = ImageBody.safeParse(json);
  if (data === undefined) return undefined;
  const blobs = new Map<string, BlobDescriptor>();
  for (const { digest, size, urls = [] } of [data.config, ...data.layers]) {
    // A layer with addresses of its own is fetched from there; registries do not have it (image-spec).
    if (urls.length === 0) blobs.set(digest, { digest, size });
  }
  return { children: [], blobs: [...blobs.values()], ...subjectOf(data.subject) };
}

function subjectOf(subject: z.infer<typeof Subject>): { readonly subject?: string } {
  return subject === undefined ? {} : { subject: subject.digest };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
