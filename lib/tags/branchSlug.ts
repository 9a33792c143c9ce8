import { hexDigestOf } from "../oci/digest";
import { isFloatingAlias } from "./version";

/** Of a tag. */
const MAX_TAG = 128;
const HASH_LENGTH = 7;
/** Tags with a meaning of their own: pull requests, build tags, signatures, docker/metadata-action's commits. */
const RESERVED = /^(?:pr|pb|sha|sha256|branch)(?:-.*)?$/;
/** With a branch's name or a commit behind it this would be a version, or sort as one. */
const VERSION_LIKE = /^v?\d+\.\d+\.\d+/;
/** A commit, or the hash below. */
const HASHED = /^[0-9a-f]{7,12}$|-[0-9a-f]{7}$|(?:^|-)(?:[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64})$/;
/** What stands before the slash of a branch by custom (Git flow, Conventional Commits). */
const TYPES = "bugfix|chore|docs|feat|feature|fix|hotfix|release";
const TYPED = new RegExp(`^(?:${TYPES})/[^/]+$`);
const LIKE_TYPED = new RegExp(`^(?:${TYPES})-`);

/**
 * The tag of a branch: lower case, everything but `[a-z0-9._-]` as `-`, at most `max` characters.
 * No two branches share one, and none reads as a version, a commit or another reserved tag:
 *
 * - `feat/x`, with one of the usual types before its only slash, gives `feat-x`;
 * - what would read as a tag of another kind, `feat-x` among them, gets the prefix `branch-`;
 * - what is cut or changed otherwise, `x/y` among them, gets a hash of the name.
 */
export function branchSlug(branch: string, max = MAX_TAG): string {
  const plain = TYPED.test(branch) ? branch.replace("/", "-") : branch;
  const slug = trim(branch.toLowerCase().replace(/[^a-z0-9._-]+/g, "-"));
  const name = isReserved(slug, branch) ? trim(`branch-${slug}`) : slug;
  if (slug === plain && name.length <= max && !HASHED.test(name)) return name;
  const cut = trim(name.slice(0, max - HASH_LENGTH - 1));
  return `${cut}-${hexDigestOf(branch).slice(0, HASH_LENGTH)}`;
}

function isReserved(slug: string, branch: string): boolean {
  return (
    slug === "" ||
    RESERVED.test(slug) ||
    VERSION_LIKE.test(slug) ||
    isFloatingAlias(slug) ||
    LIKE_TYPED.test(branch)
  );
}

function trim(text: string): string {
  return text.replace(/^[._-]+|[.-]+$/g, "");
}
