import { mapConcurrently } from "../registries/contents/concurrency";
import type { StoredManifest } from "../registries/contents";
import { classifyTag } from "../retention";
import type { InventorySources } from "./inventory";
import { configFacts, dateFrom, type ManifestFacts } from "./inventoryFacts";

/** One version of a service as the registry holds it. */
export interface StoredVersion {
  /** The tag that names it best: a version, else a branch or an alias. */
  readonly version: string;
  /** All other tags of versions, aliases and branches, sorted. */
  readonly tags: readonly string[];
  readonly digest: string;
  /** Platforms with their digests, sorted by platform. */
  readonly platforms: readonly { readonly platform: string; readonly digest: string }[];
  /** Compressed bytes of configurations and unique layers, all platforms. */
  readonly sizeBytes: number;
  /** RFC 3339 in UTC. Absent where nothing tells. */
  readonly created?: string;
  readonly revision?: string;
}

const AT_A_TIME = 16;
/** The best name first. */
const RANKS = ["release", "prerelease", "branch", "pullRequest", "alias"] as const;

/** Builds, commits and signatures are parts of versions, not versions. */
export function isVersionTag(tag: string): boolean {
  return rankOf(tag) >= 0;
}

function rankOf(tag: string): number {
  return RANKS.findIndex((kind) => kind === classifyTag(tag).kind);
}

/** The versions of a repository, the highest first, then the other tags by name. */
export async function readVersions(
  sources: InventorySources,
  repository: string,
): Promise<StoredVersion[]> {
  const { manifests } = await sources.contents.list(repository, isVersionTag);
  const named = manifests
    .map((one) => ({ ...one, tags: one.tags.filter(isVersionTag) }))
    .filter(({ tags }) => tags.length > 0);
  const versions = await mapConcurrently(named, AT_A_TIME, (one) =>
    readVersion(sources, repository, one),
  );
  return versions.sort((a, b) => compareTags(a.version, b.version));
}

async function readVersion(
  sources: InventorySources,
  repository: string,
  stored: StoredManifest,
): Promise<StoredVersion> {
  const [version = "", ...tags] = [...stored.tags].sort(compareTags);
  const known = { version, tags: tags.sort(), digest: stored.digest };
  if (stored.images !== undefined) {
    const platforms = stored.images.filter(({ platform }) => !platform.startsWith("unknown"));
    return {
      ...known,
      platforms: platforms.map(({ platform, digest }) => ({ platform, digest })).sort(byPlatform),
      sizeBytes: stored.images.reduce((sum, { size }) => sum + size, 0),
      ...dateFacts(dateFrom(stored.pushed)),
    };
  }
  const facts = await sources.reader.read(repository, stored.digest);
  // It went between the list and the question.
  if (facts === undefined) return { ...known, platforms: [], sizeBytes: 0 };
  const parts = await partsOf(sources, repository, facts);
  const date = facts.created ?? dateFrom(stored.pushed) ?? parts.created;
  return {
    ...known,
    platforms: parts.platforms,
    sizeBytes: parts.sizeBytes,
    ...dateFacts(date),
    ...(facts.revision === undefined ? {} : { revision: facts.revision }),
  };
}

interface Parts {
  readonly platforms: StoredVersion["platforms"];
  readonly sizeBytes: number;
  readonly created?: number;
}

async function partsOf(
  { client, reader }: InventorySources,
  repository: string,
  facts: ManifestFacts,
): Promise<Parts> {
  const { children, config, digest } = facts;
  if (children.length === 0) {
    const blob = config === undefined ? undefined : await client.getBlob(repository, config);
    const { platform, created } = blob === undefined ? {} : configFacts(blob);
    return {
      platforms: platform === undefined ? [] : [{ platform, digest }],
      sizeBytes: sizeOf([facts]),
      ...(created === undefined ? {} : { created }),
    };
  }
  const images = children.flatMap((child) =>
    child.platform === undefined ? [] : [{ platform: child.platform, digest: child.digest }],
  );
  const read = await Promise.all(images.map((image) => reader.read(repository, image.digest)));
  return {
    platforms: images.sort(byPlatform),
    sizeBytes: sizeOf(read.filter((one) => one !== undefined)),
  };
}

/** Manifests themselves do not count: it is what a host would pull and a release reports. */
function sizeOf(images: readonly ManifestFacts[]): number {
  const blobs = new Map(
    images.flatMap(({ digest, blobs: own }) => [...own].filter(([blob]) => blob !== digest)),
  );
  return [...blobs.values()].reduce((sum, size) => sum + size, 0);
}

function dateFacts(date: number | undefined): { created?: string } {
  return date === undefined ? {} : { created: new Date(date).toISOString() };
}

function byPlatform(a: { readonly platform: string }, b: { readonly platform: string }): number {
  return a.platform < b.platform ? -1 : 1;
}

/** Versions from the highest to the lowest, then branches, pull requests and aliases by name. */
function compareTags(a: string, b: string): number {
  const [left, right] = [classifyTag(a), classifyTag(b)];
  if ("version" in left && "version" in right) {
    const order = right.version.compare(left.version);
    return order === 0 ? byName(a, b) : order;
  }
  return rankOf(a) - rankOf(b) || byName(a, b);
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
