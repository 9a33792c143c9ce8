import { UserError } from "../errors";
import type { SourceFacts } from "../resources/imageIndex";
import { type HeldVersions, aliasesOf, earnedAliases } from "./aliases";
import { branchSlug } from "./branchSlug";
import { commitIn, isFloatingAlias, isSemverVersion, parseVersion, validateTag } from "./version";

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
  /** The versions that the tags of `aliasesToRead` stand for. Default: not known, `existing` decides. */
  readonly held?: HeldVersions;
}

/** Long enough that two commits of one repository do not meet. */
const SHORT_SHA = 12;
const MAX_TAG = 128;
/** What the program names platform images, and where signatures and referrers stand. */
const RESERVED = /^(?:pb|sha256)-/;

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
 * @throws UserError `version-invalid` for what is no tag, `version-alias` for `latest`, `v1`, `v1.0`,
 *   `version-reserved` for `pb-…` and `sha256-…`, `version-commit` for the tag of another commit
 */
export function releaseTags(args: ReleaseTagsArgs): ReleaseTag[] {
  const { version, source } = args;
  assertBuildable(version);
  assertOwnCommit(version, source);
  const immutable = isSemverVersion(version);
  const main: ReleaseTag = { tag: version, kind: immutable ? "immutable" : "floating" };
  if (source.dirty) return [main];
  const prerelease = (parseVersion(version)?.prerelease ?? []).length > 0;
  const floating = [...movedAliases(args), ...(prerelease ? [] : originTags(source))];
  return unique([
    main,
    ...shaTags(source, prerelease).map((tag) => ({ tag, kind: "first-wins" as const })),
    ...floating.map((tag) => ({ tag, kind: "floating" as const })),
  ]);
}

/**
 * The tags whose versions `releaseTags` wants to know as `held`: aliases that it would move away from
 * something. None for most builds, so that nothing is asked for them.
 */
export function aliasesToRead(args: Omit<ReleaseTagsArgs, "held">): string[] {
  const { existing, source } = args;
  return source.dirty ? [] : movedAliases(args).filter((alias) => existing.includes(alias));
}

/**
 * The tags that may stand for the same image as a published version, VERSION first: what a look-up asks
 * for, because registries cannot list the tags of a digest.
 */
export function candidateTags(version: string, revision?: string): string[] {
  const commit = /^[0-9a-f]{12,}$/.test(revision ?? "")
    ? [(revision ?? "").slice(0, SHORT_SHA)]
    : [];
  return [version, ...aliasesOf(version), ...commit];
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
  if (RESERVED.test(version)) {
    const text = `version \`${version}\` begins with \`pb-\` or \`sha256-\`, which platform images and signatures are called; give another name, e.g. \`v1.0.0\``;
    throw new UserError(text, "version-reserved");
  }
}

/** A movable version that reads as a commit's tag would take that tag away from its commit. */
function assertOwnCommit(version: string, { revision, dirty }: SourceFacts): void {
  const named = commitIn(version);
  if (named === undefined || revision === undefined) return;
  if (!dirty && revision.startsWith(named)) return;
  throw new UserError(
    `version \`${version}\` names the commit ${named}, and the source is ${revision}; check that commit out without changes, or give a version that does not end in 12 hexadecimal digits, e.g. \`v1.0.0\``,
    "version-commit",
  );
}

function shaTags({ revision = "", ...source }: SourceFacts, prerelease: boolean): string[] {
  const short = revision.slice(0, SHORT_SHA);
  // GIT_SHA may be shorter than ours; one that reads as `v1`'s kind would be taken for an alias.
  if (!/^[0-9a-f]{7,}$/.test(short) || isFloatingAlias(short)) return [];
  const fromDefault = source.isDefaultBranch && source.pullRequest === undefined;
  if (prerelease || !fromDefault || source.branch === undefined) return [short];
  return [short, `${branchSlug(source.branch, MAX_TAG - SHORT_SHA - 1)}-${short}`];
}

/** The tag of where the source comes from. */
function originTags({ pullRequest, branch }: SourceFacts): string[] {
  if (pullRequest !== undefined) return [`pr-${pullRequest}`];
  return branch === undefined ? [] : [branchSlug(branch)];
}

function movedAliases({ version, source, existing, held = new Map() }: ReleaseTagsArgs): string[] {
  if (source.pullRequest !== undefined) return [];
  return earnedAliases(version, existing, held).filter(
    (alias) => alias !== "latest" || source.isDefaultBranch,
  );
}

/** The first of equal tags stays; a movable version may be called like its branch. */
function unique(tags: readonly ReleaseTag[]): ReleaseTag[] {
  return tags.filter(({ tag }, at) => tags.findIndex((other) => other.tag === tag) === at);
}
