import { compareBuild, type SemVer } from "semver";
import type { RetentionSettings } from "../settings/settings";
import { DAY_MS, dateOf, daysOf } from "./age";
import { closureOf, type GraphManifest, type Relations, type RepositoryGraph } from "./graph";
import { classifyTag } from "./tagClass";

/** What runs somewhere, or is the way back: it stays whatever its age. Values say where, for people. */
export interface Deployed {
  /** By `sha256:…`, of indexes and of platform images. */
  readonly digests: ReadonlyMap<string, string>;
  /** By tag. */
  readonly versions: ReadonlyMap<string, string>;
}

/** What stays of a repository. */
export interface Kept {
  /** Why, by digest, of those that stay for their own sake. */
  readonly roots: ReadonlyMap<string, string>;
  /** The roots and everything that is reachable from them. */
  readonly all: ReadonlySet<string>;
}

/** What a decision is made from. */
export interface Question {
  readonly graph: RepositoryGraph;
  readonly relations: Relations;
  readonly settings: RetentionSettings;
  readonly deployed: Deployed;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** @param given further roots with their reasons */
export function keepSet(question: Question, given: ReadonlyMap<string, string> = new Map()): Kept {
  const { graph, relations } = question;
  const versions = keptVersions(graph, question.settings.keepVersions);
  const roots = new Map(given);
  for (const manifest of graph.manifests.values()) {
    const reason = reasonOf(manifest, question, versions);
    if (reason !== undefined) roots.set(manifest.digest, reason);
  }
  let all = closureOf(graph, relations, roots.keys());
  for (let more = wrappers(graph, relations, all); more.length > 0;) {
    for (const digest of more) roots.set(digest, "build of a kept version");
    all = closureOf(graph, relations, roots.keys());
    more = wrappers(graph, relations, all);
  }
  return { roots, all };
}

/** Why a manifest stays for its own sake; undefined: only if something that stays refers to it. */
function reasonOf(
  manifest: GraphManifest,
  question: Question,
  versions: ReadonlySet<string>,
): string | undefined {
  const { deployed, now, settings, graph, relations } = question;
  const where = deployed.digests.get(manifest.digest);
  if (where !== undefined) return where;
  for (const tag of manifest.tags) {
    const runs = deployed.versions.get(tag);
    if (runs !== undefined) return runs;
    const { kind } = classifyTag(tag);
    if (kind === "alias" || kind === "branch") return `tag ${tag}`;
    if (versions.has(tag)) return `one of the newest ${settings.keepVersions} versions`;
  }
  if (hasMaster(manifest.digest, relations)) return undefined;
  const date = dateOf(manifest.digest, graph, relations);
  if (date === undefined) return "its age is not known";
  const days = daysOf(manifest, settings);
  return now - date < days * DAY_MS ? `younger than ${days} d` : undefined;
}

/**
 * Whether it belongs to another manifest, as a signature does: it comes and goes with that one, so that
 * a fresh signature does not keep an old image. A circle of subjects has no master.
 */
function hasMaster(digest: string, relations: Relations): boolean {
  const seen = new Set<string>();
  const open = [...relations.subjects(digest)];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === digest) return false;
    if (seen.has(at)) continue;
    seen.add(at);
    if (relations.subjects(at).length === 0) return true;
    open.push(...relations.subjects(at));
  }
  return false;
}

/**
 * The newest releases, and as many pre-releases of what comes after the newest: `v2.0.0-rc.1` is worth
 * as much as a release until `v2.0.0` is there.
 */
function keptVersions({ manifests }: RepositoryGraph, keepVersions: number): Set<string> {
  const tags = [...manifests.values()].flatMap((manifest) => manifest.tags);
  const known = tags.map((tag) => ({ tag, of: classifyTag(tag) }));
  const releases = known.flatMap(({ tag, of }) =>
    of.kind === "release" ? [{ tag, version: of.version }] : [],
  );
  const newest = releases.map(({ version }) => version).sort(descending)[0];
  const coming = known.flatMap(({ tag, of }) =>
    of.kind === "prerelease" && (newest === undefined || of.version.compare(newest) > 0)
      ? [{ tag, version: of.version }]
      : [],
  );
  return new Set([...highest(releases, keepVersions), ...highest(coming, keepVersions)]);
}

/** `v1.0.0` and `1.0.0` are one version. */
function highest(
  candidates: readonly { readonly tag: string; readonly version: SemVer }[],
  count: number,
): string[] {
  const versions = candidates.map(({ version }) => version).sort(descending);
  const kept = new Set([...new Set(versions.map(({ version }) => version))].slice(0, count));
  return candidates.flatMap(({ tag, version }) => (kept.has(version.version) ? [tag] : []));
}

function descending(a: SemVer, b: SemVer): number {
  return compareBuild(b, a);
}

/** BuildKit puts an image and its attestation under one `pb-` tag: that index stays with its image. */
function wrappers(
  { manifests }: RepositoryGraph,
  relations: Relations,
  kept: ReadonlySet<string>,
): string[] {
  return [...manifests.values()]
    .filter(({ digest, tags }) => !kept.has(digest) && tags.some(isBuild))
    .filter(({ digest }) => relations.children(digest).some((child) => kept.has(child)))
    .map(({ digest }) => digest);
}

function isBuild(tag: string): boolean {
  return classifyTag(tag).kind === "build";
}
