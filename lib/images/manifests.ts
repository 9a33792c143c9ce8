import { z } from "zod";
import { UserError } from "../errors";
import { isDigest } from "../oci/digest";
import { isIndexType } from "../oci/mediaTypes";
import type { Manifest, RegistryClient } from "../oci/registryClient";
import { Platform, platformText } from "./platform";

const Annotations = z.record(z.string(), z.string());
const Descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().refine(isDigest),
  size: z.int().nonnegative(),
  platform: Platform.optional(),
  annotations: Annotations.optional(),
});
const IndexBody = z.object({ manifests: z.array(Descriptor), annotations: Annotations.optional() });
const ManifestBody = z.object({
  config: Descriptor,
  layers: z.array(Descriptor),
  annotations: Annotations.optional(),
});

/** An entry of an index: a platform's image. */
export interface ImageDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform: Platform;
}

/** One platform's image in a repository. */
export interface ChildImage {
  readonly descriptor: ImageDescriptor;
  /** `os/arch[/variant]`. */
  readonly platform: string;
  /** Compressed bytes of the configuration and each layer, by digest. */
  readonly blobs: ReadonlyMap<string, number>;
}

/** What a tag or digest stands for: the images of its index, or the single image itself. */
export interface ImageSet {
  readonly children: readonly ChildImage[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** BuildKit's mark of a provenance or SBOM manifest beside the images of an index. */
const ATTESTATION = "vnd.docker.reference.type";

/**
 * Reads the images behind a manifest. Attestations in an index are left out.
 * A platform is taken from the index, and from the image configuration where the index has none.
 * @throws UserError `image-incomplete`: an image of the index is not in the repository;
 *   `image-invalid`: a manifest is not as the image specification has it
 */
export async function readImages(
  client: RegistryClient,
  repository: string,
  manifest: Manifest,
): Promise<ImageSet> {
  const name = `${client.server}/${repository}@${manifest.digest}`;
  if (!isIndexType(manifest.mediaType)) {
    const child = await readChild(client, repository, manifest, undefined);
    const { annotations = {} } = parseBody(ManifestBody, manifest, name);
    return { children: [child], annotations };
  }
  const { manifests, annotations = {} } = parseBody(IndexBody, manifest, name);
  const images = manifests.filter((entry) => !isAttestation(entry));
  const children = await Promise.all(
    images.map(async ({ digest, platform }) => {
      const child = await client.getManifest(repository, digest);
      if (child === undefined) throw missingChild(name, digest);
      return readChild(client, repository, child, platform);
    }),
  );
  return { children, annotations };
}

async function readChild(
  client: RegistryClient,
  repository: string,
  manifest: Manifest,
  known: Platform | undefined,
): Promise<ChildImage> {
  const name = `${client.server}/${repository}@${manifest.digest}`;
  const { config, layers } = parseBody(ManifestBody, manifest, name);
  const platform = known ?? (await configPlatform(client, repository, config.digest, name));
  const { mediaType, digest, size } = manifest;
  return {
    descriptor: { mediaType, digest, size, platform },
    platform: platformText(platform),
    blobs: new Map([config, ...layers].map((blob) => [blob.digest, blob.size])),
  };
}

/** Sum of the unique blobs of some images. */
export function totalBytes(children: readonly ChildImage[]): number {
  const blobs = new Map(children.flatMap((child) => [...child.blobs]));
  return [...blobs.values()].reduce((sum, size) => sum + size, 0);
}

async function configPlatform(
  client: RegistryClient,
  repository: string,
  digest: string,
  name: string,
): Promise<Platform> {
  const blob = await client.getBlob(repository, digest);
  if (blob === undefined) throw missingChild(name, digest);
  const platform = Platform.safeParse(jsonOf(blob));
  if (platform.success) return platform.data;
  throw new UserError(
    `the configuration of \`${name}\` names no platform; it is no image, so publish under another tag`,
    "image-invalid",
  );
}

function isAttestation({ annotations, platform }: z.infer<typeof Descriptor>): boolean {
  return annotations?.[ATTESTATION] !== undefined || platform?.os === "unknown";
}

function parseBody<T>(schema: z.ZodType<T>, manifest: Manifest, name: string): T {
  const body = schema.safeParse(jsonOf(manifest.bytes));
  if (body.success) return body.data;
  const reason = body.error.issues[0];
  const where = reason === undefined ? "" : ` (${reason.path.join(".")}: ${reason.message})`;
  throw new UserError(
    `\`${name}\` is not an image manifest as specified${where}; remove it from the registry or use another tag`,
    "image-invalid",
  );
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function missingChild(name: string, digest: string): UserError {
  return new UserError(
    `\`${name}\` is incomplete: ${digest} is not in the registry (was it cleaned up?); publish this version anew under another number, or restore it`,
    "image-incomplete",
  );
}
