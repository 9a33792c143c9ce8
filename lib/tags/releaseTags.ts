import { type SemVer, compare } from "semver";
import { UserError } from "../errors";
import type { SourceFacts } from "../resources/imageIndex";
import { branchSlug } from "./branchSlug";
import { isFloatingAlias, parseVersion, validateTag } from "./version";

/**
 * `immutable`: put once, never moved. `floating`: moves to this release.
 * `first-wins`: the first index of a commit keeps it.
 */
export type TagKind = "immutable" | "floating" | "first-wins";

export interface ReleaseTag {
  readonly tag: string;
  readonly kind: TagKind;
}

export interface ReleaseTagsArgs {
  readonly version: string;
  readonly source: SourceFacts;
  /** All tags of the repository, in any order. */
  readonly existing: readonly string[];
}

/** Long enough that two commits of one repository do not meet. */
const SHORT_SHA = 12;

/**
 * The tags of a release, VERSION first. The order of the registry's tags does not matter.
 *
 * - VERSION: immutable for a semantic version, else floating.
 * - the short sha and `main-<sha>`: not for a dirty source.
 * - a stable version: `v1.0` and `v1` (never `v0`) if it is the highest of its line, `latest` if it is the
 *   highest of all and comes from the default branch; written with `v` where VERSION is.
 * - a pre-release: VERSION and sha only.
 * - the branch's slug; for a pull request `pr-17` instead, because a fork may name its branch `main`.
 * - a dirty source and a pull request move no version's tags.
 *
 * @throws UserError `version-invalid` for what is no tag, `version-alias` for `latest`, `v1`, `v1.0`
 */
export function releaseTags({ version, source, existing }: ReleaseTagsArgs): ReleaseTag[] {
  assertBuildable(version);
  const parsed = parseVersion(version);
  const main: ReleaseTag = { tag: version, kind: parsed === undefined ? "floating" : "immutable" };
  if (source.dirty) return [main];
  const prerelease = parsed !== undefined && parsed.prerelease.length > 0;
  const stable = parsed !== undefined && !prerelease && source.pullRequest === undefined;
  const floating = [
    ...(stable ? aliasTags(version, parsed, source, existing) : []),
    ...(prerelease ? [] : originTags(source)),
  ];
  return unique([
    main,
    ...shaTags(source, prerelease).map((tag) => ({ tag, kind: "first-wins" as const })),
    ...floating.map((tag) => ({ tag, kind: "floating" as const })),
  ]);
}

/**
 * The tags that may stand for the same image as a published version, VERSION first: what a look-up asks
 * for, because registries cannot list the tags of a digest.
 */
export function candidateTags(version: string, revision?: string): string[] {
  const parsed = parseVersion(version);
  const prefix = version.startsWith("v") ? "v" : "";
  const aliases =
    parsed === undefined || parsed.prerelease.length > 0
      ? []
      : [`${prefix}${parsed.major}.${parsed.minor}`, `${prefix}${parsed.major}`, "latest"];
  const commit = /^[0-9a-f]{12,}$/.test(revision ?? "")
    ? [(revision ?? "").slice(0, SHORT_SHA)]
    : [];
  return [version, ...aliases, ...commit];
}

function assertBuildable(version: string): void {
  const reason = validateTag(version);
  if (reason !== undefined) {
    throw new UserError(`version ${reason}; give e.g. \`v1.0.0\``, "version-invalid");
  }
  if (isFloatingAlias(version)) {
    const text = `version \`${version}\` follows releases and is never built itself; give a complete version, e.g. \`v1.0.0\`, to publish one`;
    throw new UserError(text, "version-alias");
  }
}

function shaTags({ revision, ...source }: SourceFacts, prerelease: boolean): string[] {
  if (revision === undefined) return [];
  const short = revision.slice(0, SHORT_SHA);
  const fromDefault = source.isDefaultBranch && source.pullRequest === undefined;
  if (prerelease || !fromDefault || source.branch === undefined) return [short];
  return [short, `${branchSlug(source.branch).slice(0, 100)}-${short}`];
}

/** The tag of where the source comes from. */
function originTags({ pullRequest, branch }: SourceFacts): string[] {
  if (pullRequest !== undefined) return [`pr-${pullRequest}`];
  return branch === undefined ? [] : [branchSlug(branch)];
}

function aliasTags(
  version: string,
  own: SemVer,
  source: SourceFacts,
  existing: readonly string[],
): string[] {
  const others = existing
    .map(parseVersion)
    .filter((other) => other !== undefined)
    .filter((other) => other.prerelease.length === 0);
  const highest = (line: (other: SemVer) => boolean): boolean =>
    others.filter(line).every((other) => compare(other, own) <= 0);
  const sameMajor = (other: SemVer): boolean => other.major === own.major;
  const prefix = version.startsWith("v") ? "v" : "";
  return [
    ...(highest((other) => sameMajor(other) && other.minor === own.minor)
      ? [`${prefix}${own.major}.${own.minor}`]
      : []),
    ...(own.major > 0 && highest(sameMajor) ? [`${prefix}${own.major}`] : []),
    ...(source.isDefaultBranch && highest(() => true) ? ["latest"] : []),
  ];
}

/** The first of equal tags stays; a movable version may be called like its branch. */
function unique(tags: readonly ReleaseTag[]): ReleaseTag[] {
  return tags.filter(({ tag }, at) => tags.findIndex((other) => other.tag === tag) === at);
}
