import { type SemVer, compare } from "semver";
import { isFloatingAlias, parseVersion } from "./version";

/** The versions that tags stand for, by tag: the version in the annotations of the tag's index. */
export type HeldVersions = ReadonlyMap<string, string>;

/** A stable version, as it is spelt. */
interface Stable {
  readonly prefix: string;
  readonly version: SemVer;
}

/**
 * The aliases of a stable version that it is high enough for: `v1.0` and `v1` (never `v0`) where it is
 * the highest of its line, `latest` where it is the highest of all.
 *
 * Each spelling has its own lines, so that the order of releases does not matter and a registry's
 * filters can name them: `v1` follows `v1.x.y`, `1` follows `1.x.y`. `latest` follows both.
 * @param existing all tags of the repository
 * @param held what the aliases stand for: the tag of a higher version may be gone, its alias counts
 */
export function earnedAliases(
  version: string,
  existing: readonly string[],
  held: HeldVersions,
): string[] {
  const own = stableOf(version);
  if (own === undefined) return [];
  const others = existing.map(stableOf).filter((other) => other !== undefined);
  return lineAliases(own).filter((alias) => {
    const isOfLine = lineOf(alias, own);
    const holder = stableOf(held.get(alias) ?? "");
    return (
      others.filter(isOfLine).every((other) => rank(other, own) <= 0) &&
      // Someone else's rules may have put it: then how its version is spelt does not matter.
      (holder === undefined ||
        !isOfLine({ ...holder, prefix: own.prefix }) ||
        rank(holder, own) <= 0)
    );
  });
}

/** The aliases of a version's lines, spelt as it is; none for a pre-release and what is no version. */
export function aliasesOf(version: string): string[] {
  const own = stableOf(version);
  return own === undefined ? [] : lineAliases(own);
}

function lineAliases({ prefix, version: { major, minor } }: Stable): string[] {
  const lines = [`${prefix}${major}.${minor}`, ...(major > 0 ? [`${prefix}${major}`] : [])];
  // Twelve digits without `v` are a commit.
  return [...lines.filter(isFloatingAlias), "latest"];
}

function lineOf(alias: string, own: Stable): (other: Stable) => boolean {
  if (alias === "latest") return () => true;
  const sameMinor = alias.includes(".");
  return ({ prefix, version }) =>
    prefix === own.prefix &&
    version.major === own.version.major &&
    (!sameMinor || version.minor === own.version.minor);
}

/** `v1.0.0` and `1.0.0` in one registry: whichever comes last, `latest` is the one with `v`. */
function rank(one: Stable, other: Stable): number {
  const byNumber = compare(one.version, other.version);
  return byNumber === 0 ? one.prefix.length - other.prefix.length : byNumber;
}

function stableOf(tag: string): Stable | undefined {
  const version = parseVersion(tag);
  if (version === undefined || version.prerelease.length > 0) return undefined;
  return { prefix: tag.startsWith("v") ? "v" : "", version };
}
