import { UserError } from "../../errors";
import { isDigest } from "../../oci/digest";
import { copyTags, refuseTakenTags } from "./copyTags";
import type { CopyEnd, CopyOptions, CopyResult, CopyStep } from "./copyTypes";
import { ManifestCopies } from "./manifestCopies";

/**
 * Copies an image or an index with its images to another repository, of the same registry or of another
 * one, byte for byte: every digest stays. Blobs come before their manifest, images before their index,
 * then what refers to them, and the tags last: whatever interrupts it, nothing in the target is half
 * there, and the next run goes on where this one ended. What the target has is not sent again.
 *
 * @param reference tag or digest in the source
 * @throws UserError `image-missing`, `image-incomplete`, `image-invalid`: the source does not have it as
 *   a whole; `tag-immutable`: a version's tag stands for something else in the target; and those of the
 *   registries
 */
export async function copyImage(
  from: CopyEnd,
  to: CopyEnd,
  reference: string,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const { referrers = true, known = new Map<string, string>(), report } = options;
  const tags = options.tags ?? (isDigest(reference) ? [] : [reference]);
  const steps: CopyStep[] = [];
  const done = (step: CopyStep): void => {
    steps.push(step);
    report?.(step);
  };
  const manifest = await from.client.getManifest(from.repository, reference);
  if (manifest === undefined) {
    throw new UserError(
      `\`${reference}\` is not in \`${from.client.server}/${from.repository}\`; \`npx bot-core images list\` shows what is`,
      "image-missing",
    );
  }
  const current = await refuseTakenTags(to, tags, manifest.digest);
  await new ManifestCopies(from, to, referrers, known, done).copyRoot(manifest);
  await copyTags(to, current, manifest, done);
  return resultOf(manifest.digest, steps);
}

function resultOf(digest: string, steps: readonly CopyStep[]): CopyResult {
  const count = (what: CopyStep["what"]): { copied: number; present: number } => {
    const own = steps.filter((step) => step.what === what);
    const present = own.filter(({ how }) => how === "present").length;
    return { copied: own.length - present, present };
  };
  const sent = steps.filter(({ what, how }) => what === "blob" && how === "uploaded");
  return {
    digest,
    manifests: count("manifest"),
    referrers: count("referrer"),
    blobs: count("blob"),
    tags: count("tag"),
    sentBytes: sent.reduce((sum, { size }) => sum + size, 0),
  };
}
