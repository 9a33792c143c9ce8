import { UserError } from "../../errors";
import type { Manifest } from "../../oci/registryClient";
import { isSemverVersion } from "../../tags/version";
import { currentDigests } from "../tagPlan";
import type { CopyEnd, CopyStep } from "./copyTypes";

/**
 * What the tags stand for in the target now; absent ones have no digest.
 * @throws UserError `tag-immutable` where a version's tag stands for another digest
 */
export async function refuseTakenTags(
  { client, repository }: CopyEnd,
  tags: readonly string[],
  digest: string,
): Promise<ReadonlyMap<string, string | undefined>> {
  const current = await currentDigests(client, repository, tags);
  for (const tag of tags) refuseTaken({ client, repository }, tag, current.get(tag), digest);
  return new Map(tags.map((tag) => [tag, current.get(tag)]));
}

/** Puts those tags that do not stand for the manifest yet, in their order. */
export async function copyTags(
  to: CopyEnd,
  current: ReadonlyMap<string, string | undefined>,
  { digest, bytes, mediaType }: Manifest,
  done: (step: CopyStep) => void,
): Promise<void> {
  const { client, repository } = to;
  for (const [tag, before] of current) {
    if (before === digest) {
      done({ what: "tag", name: tag, how: "present", size: 0 });
      continue;
    }
    if (isSemverVersion(tag)) {
      // The copy took a while: another one may have put this version meanwhile.
      refuseTaken(to, tag, (await client.headManifest(repository, tag))?.digest, digest);
    }
    await client.putManifest(repository, tag, bytes, mediaType);
    done({ what: "tag", name: tag, how: "uploaded", size: 0 });
  }
}

function refuseTaken(
  { client, repository }: CopyEnd,
  tag: string,
  present: string | undefined,
  digest: string,
): void {
  if (present === undefined || present === digest || !isSemverVersion(tag)) return;
  throw new UserError(
    [
      `version \`${tag}\` in \`${client.server}/${repository}\` is another image, and a published version never moves:`,
      `  there: ${present}`,
      `  here:  ${digest}`,
      `copy to another namespace, or find out which of the two is right before you remove one`,
    ].join("\n"),
    "tag-immutable",
  );
}
