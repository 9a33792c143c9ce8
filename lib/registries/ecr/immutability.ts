import { branchSlug, isFloatingAlias, isSemverVersion } from "../../tags";
import { parseVersion } from "../../tags/version";

/** Pull requests (`pr-17`) and build tags (`pb-<hex>-<arch>`): no version begins with a `p`. */
const BUILDS_AND_PULL_REQUESTS = "p*-*";

export interface ExclusionArgs {
  /** The tag that is deployed, verbatim. */
  readonly version: string;
  /** Branch that is published from, as git knows it. Default: none. */
  readonly branch?: string | undefined;
}

/**
 * The tags of a repository that may move, as filters of `IMMUTABLE_WITH_EXCLUSION`; every other tag
 * is fixed once it is put. AWS allows 5 filters of letters, digits, `.`, `_`, `-` and at most two `*`
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html).
 *
 * They are what a release of `version` may move: its lines (`v1`, `v1.2`) and `latest`, or a movable
 * version itself; the branch's tag; build tags and pull requests. A pre-release has the lines of the
 * release that it leads to, so that nothing changes when that comes. No complete version is ever among
 * them. Sorted.
 */
export function exclusionFilters({ version, branch }: ExclusionArgs): string[] {
  const moving = [...linesOf(version), ...(branch === undefined ? [] : [branchSlug(branch)])];
  const exact = moving.filter((tag) => !matchesFilter(BUILDS_AND_PULL_REQUESTS, tag));
  return [...new Set([BUILDS_AND_PULL_REQUESTS, ...exact])].sort();
}

/** Whether a tag is one that a filter, with `*` for any text, excludes. */
export function matchesFilter(filter: string, tag: string): boolean {
  const parts = filter.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(tag);
}

function linesOf(version: string): string[] {
  if (isSemverVersion(version)) {
    const { major = 0, minor = 0 } = parseVersion(version) ?? {};
    return linesOfNumbers(version.startsWith("v") ? "v" : "", major, minor);
  }
  if (!isFloatingAlias(version)) return [version];
  const [, prefix = "", major, minor] = /^(v?)(\d+)(?:\.(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return ["latest"];
  return linesOfNumbers(prefix, Number(major), minor === undefined ? undefined : Number(minor));
}

/** There is no `v0`: a 0 promises nothing. */
function linesOfNumbers(prefix: string, major: number, minor?: number): string[] {
  return [
    "latest",
    ...(major > 0 ? [`${prefix}${major}`] : []),
    ...(minor === undefined ? [] : [`${prefix}${major}.${minor}`]),
  ];
}
