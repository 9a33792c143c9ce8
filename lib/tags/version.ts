import { type SemVer, parse } from "semver";
import { isTag } from "../oci/names";

const FLOATING_ALIAS = /^(latest|v?\d+(\.\d+)?)$/;
/** Our 12 digits, a whole SHA-1 or SHA-256; alone, or behind the branch that it was built from. */
const COMMIT = /^(?:.*-)?([0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64})$/;
const MAX_TAG = 128;

/**
 * Why a text cannot be a tag, for a message; undefined where it can.
 * The grammar is distribution-spec 1.1's; `+` gets its own words because semver allows it.
 */
export function validateTag(tag: string): string | undefined {
  if (isTag(tag)) return undefined;
  if (tag === "") return "a tag must not be empty";
  if (tag.includes("+")) {
    return `\`${tag}\` has build metadata (\`+\`), which registries do not allow in a tag; leave it out or use \`-\``;
  }
  if (tag.length > MAX_TAG) {
    return `\`${tag}\` has ${tag.length} characters; at most ${MAX_TAG} are allowed`;
  }
  return `\`${tag}\` is no tag; allowed are letters, digits, \`_\`, \`.\` and \`-\`, not beginning with \`.\` or \`-\``;
}

/** The parts of a complete semantic version, with or without `v`; undefined for anything else. */
export function parseVersion(version: string): SemVer | undefined {
  // semver.parse trims and accepts `=1.0.0`: neither is what would stand in the registry.
  if (!/^v?\d/.test(version) || version.includes("+")) return undefined;
  const parsed = parse(version);
  return parsed !== null && `v${parsed.version}`.endsWith(version) ? parsed : undefined;
}

/** true: `v1.0.0`, `1.0.0-rc.1`: a published tag of this kind never moves. */
export function isSemverVersion(version: string): boolean {
  return parseVersion(version) !== undefined;
}

/**
 * true: `latest`, `v1`, `v1.0`: they follow releases, so they are deployed and never built.
 * One commit in 280 has 12 digits without a letter: that is a commit. Leading zeros are allowed, so
 * that `2024.09` and `2024.10` are of one kind.
 */
export function isFloatingAlias(version: string): boolean {
  return FLOATING_ALIAS.test(version) && commitIn(version) === undefined;
}

/** true: `dev`, a branch, `pr-17`: built under the same tag again and again. */
export function isMovable(version: string): boolean {
  return !isSemverVersion(version) && !isFloatingAlias(version);
}

/** The commit that a tag names, `0123456789ab` or `main-0123456789ab`; undefined for any other tag. */
export function commitIn(tag: string): string | undefined {
  return isSemverVersion(tag) ? undefined : COMMIT.exec(tag)?.[1];
}
