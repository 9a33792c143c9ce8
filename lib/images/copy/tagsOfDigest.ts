import type { CopyEnd } from "./copyTypes";
import { atMost } from "./limit";

const AT_A_TIME = 8;
/** Builds of one platform, and lists of referrers: the copy makes its own of the latter. */
const INTERNAL = /^(pb-|sha256-)/;

/** Every tag of a release that stands for a digest: one HEAD a tag, because registries cannot tell. Sorted. */
export async function tagsOfDigest(
  { client, repository }: CopyEnd,
  digest: string,
): Promise<string[]> {
  const tags = (await client.listTags(repository)).filter((tag) => !INTERNAL.test(tag));
  const limit = atMost(AT_A_TIME);
  const heads = await Promise.all(
    tags.map((tag) => limit(() => client.headManifest(repository, tag))),
  );
  return tags.filter((_, at) => heads[at]?.digest === digest).sort();
}
