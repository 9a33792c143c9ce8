import { z } from "zod";
import { isDigest } from "./digest";

const Digest = z.string().refine(isDigest);
const Annotations = z.record(z.string(), z.string());

/** An entry of a list of referrers (image-spec, descriptor). */
export const ReferrerEntry = z.object({
  mediaType: z.string(),
  digest: Digest,
  size: z.int().nonnegative(),
  artifactType: z.string().optional(),
  annotations: Annotations.nullish(),
});
export type ReferrerEntry = z.infer<typeof ReferrerEntry>;

/** An index of referrers, from the registry's own list or from a tag. */
export const ReferrerList = z.object({ manifests: z.array(ReferrerEntry).nullish() });

const Referring = z.object({
  subject: z.object({ digest: Digest }),
  artifactType: z.string().optional(),
  config: z.object({ mediaType: z.string() }).optional(),
  annotations: Annotations.nullish(),
});

/** What a manifest says of itself and of its subject. */
export interface Referring {
  /** Digest of the subject. */
  readonly subject: string;
  /** Its `artifactType`, else its configuration's type (image-spec 1.1, "Guidelines for Artifact Usage"). */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** undefined: a manifest without a subject, or none at all. */
export function referringOf(manifest: unknown): Referring | undefined {
  const parsed = Referring.safeParse(manifest);
  if (!parsed.success) return undefined;
  const { subject, artifactType, config, annotations } = parsed.data;
  const type = artifactType ?? config?.mediaType;
  return {
    subject: subject.digest,
    ...(type === undefined ? {} : { artifactType: type }),
    ...(annotations === undefined || annotations === null ? {} : { annotations }),
  };
}
