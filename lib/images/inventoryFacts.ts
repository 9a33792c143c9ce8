import { z } from "zod";
import { UserError } from "../errors";
import { isDigest } from "../oci/digest";
import { isIndexType } from "../oci/mediaTypes";
import type { Manifest } from "../oci/registryClient";
import { REVISION_ANNOTATION, VERSION_ANNOTATION } from "./buildIndex";
import { Platform, platformText } from "./platform";

/** What an inventory keeps of a manifest. */
export interface ManifestFacts {
  readonly digest: string;
  /** Bytes of the manifest itself. */
  readonly size: number;
  /** Entries of an index; none for an image. */
  readonly children: readonly ChildFacts[];
  readonly subject?: string;
  /** Digest of the image's configuration. */
  readonly config?: string;
  /** Bytes by digest: the manifest, its configuration, its layers. */
  readonly blobs: ReadonlyMap<string, number>;
  /** `org.opencontainers.image.created`, milliseconds since the epoch. */
  readonly created?: number;
  readonly version?: string;
  readonly revision?: string;
}

export interface ChildFacts {
  readonly digest: string;
  /** `os/arch[/variant]`; absent for what is no image, as an attestation. */
  readonly platform?: string;
}

const CREATED_ANNOTATION = "org.opencontainers.image.created";
const Descriptor = z.object({
  digest: z.string().refine(isDigest),
  size: z.int().nonnegative(),
  platform: Platform.optional().catch(undefined),
});
const Body = z.object({
  manifests: z.array(Descriptor).optional(),
  config: Descriptor.optional(),
  layers: z.array(Descriptor).optional(),
  subject: Descriptor.nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

/**
 * Reads a manifest of any kind: an index, an image, a signature.
 * @throws UserError `image-invalid`: what it refers to cannot be told, so nothing can be decided
 */
export function factsOf({ digest, size, mediaType, bytes }: Manifest): ManifestFacts {
  const body = Body.safeParse(jsonOf(bytes));
  const whole = body.success && (!isIndexType(mediaType) || body.data.manifests !== undefined);
  if (!body.success || !whole) throw unreadable(digest);
  const { manifests = [], config, layers = [], subject, annotations } = body.data;
  const own = config === undefined ? layers : [config, ...layers];
  const created = dateFrom(annotations?.[CREATED_ANNOTATION]);
  const version = annotations?.[VERSION_ANNOTATION];
  const revision = annotations?.[REVISION_ANNOTATION];
  return {
    digest,
    size,
    children: manifests.map(childOf),
    blobs: new Map([[digest, size], ...own.map((blob) => [blob.digest, blob.size] as const)]),
    ...(subject?.digest === undefined ? {} : { subject: subject.digest }),
    ...(config === undefined ? {} : { config: config.digest }),
    ...(created === undefined ? {} : { created }),
    ...(version === undefined ? {} : { version }),
    ...(revision === undefined ? {} : { revision }),
  };
}

function childOf({ digest, platform }: z.infer<typeof Descriptor>): ChildFacts {
  if (platform === undefined || platform.os === "unknown") return { digest };
  return { digest, platform: platformText(platform) };
}

/** Before Docker was: a build that fixes its dates for reproducibility, usually at the epoch. */
const EARLIEST = Date.parse("2013-01-01T00:00:00Z");

/** A date that means something, in milliseconds since the epoch. */
export function dateFrom(text: string | undefined): number | undefined {
  const date = Date.parse(text ?? "");
  return Number.isNaN(date) || date < EARLIEST ? undefined : date;
}

const Config = z.object({ created: z.string().optional() }).and(Platform.partial());

/** What an image's configuration tells. */
export function configFacts(blob: Buffer): {
  readonly created?: number;
  readonly platform?: string;
} {
  const parsed = Config.safeParse(jsonOf(blob));
  if (!parsed.success) return {};
  const created = dateFrom(parsed.data.created);
  const platform = Platform.safeParse(parsed.data);
  return {
    ...(created === undefined ? {} : { created }),
    ...(platform.success ? { platform: platformText(platform.data) } : {}),
  };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function unreadable(digest: string): UserError {
  return new UserError(
    `manifest ${digest} is not as the image specification has it, so nobody can tell what it needs; ` +
      "remove it by the registry's own means, and run the command again",
    "image-invalid",
  );
}
