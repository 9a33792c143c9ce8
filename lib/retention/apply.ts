import type { RegistryContents } from "../registries/contents";
import type { Removal } from "./plan";

/** What removals are carried out with. */
export interface Hands {
  readonly contents: Pick<RegistryContents, "removeManifest">;
  /** Digest that a tag stands for now; undefined: there is no such tag. */
  readonly resolve: (repository: string, tag: string) => Promise<string | undefined>;
  /** Whether the manifest is there now. */
  readonly isThere: (repository: string, digest: string) => Promise<boolean>;
  /** All tags that a repository has now. */
  readonly listTags: (repository: string) => Promise<readonly string[]>;
  /** Tags of each repository when the plan was made. */
  readonly plannedTags: ReadonlyMap<string, ReadonlySet<string>>;
  readonly onRemoved?: (removal: Removal) => void;
  readonly signal?: AbortSignal;
}

export interface Applied {
  /** In the order of their removal; those that were gone already are among them. */
  readonly removed: readonly Removal[];
  /** Why it stopped before its end. */
  readonly surprise?: string;
}

/**
 * Removes one manifest after the other. It stops at the first surprise: a tag that somebody moved or
 * added since the plan was made wins over the plan, and so does a registry that refuses.
 * @throws UserError of the registry, for everything that is no answer to a removal
 */
export async function applyRemovals(removals: readonly Removal[], hands: Hands): Promise<Applied> {
  const removed: Removal[] = [];
  let repository: string | undefined;
  for (const removal of removals) {
    const surprise =
      (removal.repository === repository ? undefined : await newTag(removal, hands)) ??
      (await movedTag(removal, hands)) ??
      (hands.signal?.aborted === true ? "interrupted" : undefined) ??
      (await remove(removal, hands));
    if (surprise !== undefined) return { removed, surprise };
    repository = removal.repository;
    removed.push(removal);
    hands.onRemoved?.(removal);
  }
  return { removed };
}

/** A release that is published meanwhile may use what the plan takes for unused. */
async function newTag({ repository }: Removal, hands: Hands): Promise<string | undefined> {
  const planned = hands.plannedTags.get(repository);
  const tags = await hands.listTags(repository);
  const added = tags.find((tag) => planned?.has(tag) !== true);
  return added === undefined
    ? undefined
    : `tag \`${added}\` came to \`${repository}\` while this was planned`;
}

async function movedTag(
  { repository, digest, tags }: Removal,
  { resolve }: Hands,
): Promise<string | undefined> {
  for (const tag of tags) {
    const now = await resolve(repository, tag);
    if (now !== undefined && now !== digest) {
      return `tag \`${tag}\` of \`${repository}\` moved to ${now} while this was planned`;
    }
  }
  return undefined;
}

async function remove(
  { repository, digest }: Removal,
  { contents, isThere }: Hands,
): Promise<string | undefined> {
  if (await contents.removeManifest(repository, digest)) return undefined;
  // Gone already is as good as removed.
  if (!(await isThere(repository, digest))) return undefined;
  return `the registry does not remove ${digest} from \`${repository}\``;
}
