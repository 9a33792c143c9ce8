import type { SemVer } from "semver";
import { isFloatingAlias, parseVersion } from "../tags/version";
import { fallbackSubject } from "./graph";

/** What a tag is for, as far as retention minds. */
export type TagClass =
  | { readonly kind: "release" | "prerelease"; readonly version: SemVer }
  /** `latest`, `v1`, `v1.0`. */
  | { readonly kind: "alias" }
  /** A branch, `dev`, anything else that somebody moves. */
  | { readonly kind: "branch" }
  /** `pr-17`. */
  | { readonly kind: "pullRequest" }
  /** `pb-…`: one platform's image before its index. */
  | { readonly kind: "build" }
  /** A commit, alone or behind its branch. */
  | { readonly kind: "commit" }
  /** `sha256-…`: signatures and attestations of the digest in its name. */
  | { readonly kind: "fallback" };

const PULL_REQUEST = /^pr-\d+$/;
const BUILD = /^pb-/;
/** Our 12 digits, a whole SHA-1 or SHA-256; `sha-` with 7 and more is docker/metadata-action's. */
const COMMIT = /^((.*-)?([0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64})|sha-[0-9a-f]{7,64})$/;

export function classifyTag(tag: string): TagClass {
  const version = parseVersion(tag);
  if (version !== undefined) {
    return { kind: version.prerelease.length > 0 ? "prerelease" : "release", version };
  }
  if (fallbackSubject(tag) !== undefined) return { kind: "fallback" };
  if (isFloatingAlias(tag)) return { kind: "alias" };
  if (PULL_REQUEST.test(tag)) return { kind: "pullRequest" };
  if (BUILD.test(tag)) return { kind: "build" };
  return { kind: COMMIT.test(tag) ? "commit" : "branch" };
}
