import { hexDigestOf } from "../oci/digest";
import { isFloatingAlias, isSemverVersion } from "./version";

/** With `-` and the hash exactly the 128 characters of a tag. */
const MAX_SLUG = 120;
const HASH_LENGTH = 7;
/** Tags with a meaning of their own: pull requests, build tags, signatures, commits. */
const RESERVED = /^((pr|pb|sha256|branch)(-.*)?|(.*-)?[0-9a-f]{12})$/;

/**
 * The tag of a branch: lower case, everything but `[a-z0-9._-]` as `-`, cut at 128 characters.
 * `feat/x` gives `feat-x`. A name that is cut or changed otherwise gets a hash, so that two branches do
 * not share a tag; one that would read as a version or another reserved tag gets the prefix `branch-`.
 */
export function branchSlug(branch: string): string {
  const plain = branch.replaceAll("/", "-");
  const slug = trim(plain.toLowerCase().replace(/[^a-z0-9._-]+/g, "-"));
  const reserved =
    slug === "" || RESERVED.test(slug) || isFloatingAlias(slug) || isSemverVersion(slug);
  const name = reserved ? trim(`branch-${slug}`) : slug;
  if (slug === plain && name.length <= MAX_SLUG) return name;
  return `${trim(name.slice(0, MAX_SLUG))}-${hexDigestOf(branch).slice(0, HASH_LENGTH)}`;
}

function trim(text: string): string {
  return text.replace(/^[._-]+|[.-]+$/g, "");
}
