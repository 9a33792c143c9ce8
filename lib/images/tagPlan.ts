import type { RegistryClient } from "../oci/registryClient";
import type { ReleaseTag } from "../tags/releaseTags";

/** What publishing will do to one tag. */
export interface TagChange {
  readonly tag: string;
  /** Digest that it has. Absent: the tag is new. */
  readonly from?: string;
}

const SHORT_DIGEST = "sha256:".length + 12;

/**
 * The tags that publishing would put or move, in its order. Immutable and first-wins tags that exist
 * are left alone.
 * @param current digests of the tags that exist
 */
export function planTags(
  tags: readonly ReleaseTag[],
  current: ReadonlyMap<string, string>,
): TagChange[] {
  return tags.flatMap(({ tag, kind }) => {
    const from = current.get(tag);
    if (from === undefined) return [{ tag }];
    return kind === "floating" ? [{ tag, from }] : [];
  });
}

/** Lines of a preview: one for all new tags, and one for each digest that tags move away from. */
export function describeTagChanges(changes: readonly TagChange[]): string[] {
  const moving = new Map<string, string[]>();
  const added: string[] = [];
  for (const { tag, from } of changes) {
    if (from === undefined) added.push(tag);
    else moving.set(from, [...(moving.get(from) ?? []), tag]);
  }
  return [
    ...(added.length === 0 ? [] : [`new tags: ${added.join(", ")}`]),
    ...[...moving].map(
      ([from, tags]) => `moves from ${from.slice(0, SHORT_DIGEST)}: ${tags.join(", ")}`,
    ),
  ];
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
