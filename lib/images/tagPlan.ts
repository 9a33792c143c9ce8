import type { RegistryClient } from "../oci/registryClient";
import type { ReleaseTag } from "../tags/releaseTags";

/** What publishing will do to one tag. */
export interface TagChange {
  readonly tag: string;
  /** Digest that it has. Absent: the tag is new. */
  readonly from?: string;
  /** Digest that it gets. Absent: known only after the build. */
  readonly to?: string;
}

const SHORT_DIGEST = "sha256:".length + 12;

/**
 * The tags that publishing would put or move, in its order. First-wins tags that exist are left alone.
 * @param current digests of the tags that exist
 * @param next digest of the index; absent before it is built
 */
export function planTags(
  tags: readonly ReleaseTag[],
  current: ReadonlyMap<string, string>,
  next?: string,
): TagChange[] {
  return tags.flatMap(({ tag, kind }) => {
    const from = current.get(tag);
    if (from !== undefined && (from === next || kind !== "floating")) return [];
    return [
      { tag, ...(from === undefined ? {} : { from }), ...(next === undefined ? {} : { to: next }) },
    ];
  });
}

/** One line of a preview, e.g. `latest: sha256:0123456789ab -> sha256:ba9876543210`. */
export function describeTagChange({ tag, from, to }: TagChange): string {
  const short = (digest: string): string => digest.slice(0, SHORT_DIGEST);
  const next = to === undefined ? "the new index" : short(to);
  return from === undefined ? `${tag}: ${next} (new)` : `${tag}: ${short(from)} -> ${next}`;
}

/** The digests of those tags that exist: one HEAD each. */
export async function currentDigests(
  client: RegistryClient,
  repository: string,
  tags: readonly string[],
): Promise<Map<string, string>> {
  const heads = await Promise.all(
    tags.map(async (tag) => [tag, (await client.headManifest(repository, tag))?.digest] as const),
  );
  return new Map(heads.flatMap(([tag, digest]) => (digest === undefined ? [] : [[tag, digest]])));
}
