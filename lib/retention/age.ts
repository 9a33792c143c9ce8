import type { GraphManifest, Relations, RepositoryGraph } from "./graph";
import type { RetentionSettings } from "../settings/settings";
import { classifyTag } from "./tagClass";

export const DAY_MS = 86_400_000;

/**
 * When a manifest came into being. One without a date of its own is as young as the youngest that
 * names it: children of an index, signatures of an image.
 * @returns undefined where nothing tells
 */
export function dateOf(
  digest: string,
  { manifests }: RepositoryGraph,
  relations: Relations,
): number | undefined {
  const seen = new Set<string>();
  const open = [digest];
  let youngest: number | undefined;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const date = manifests.get(at)?.date;
    if (date === undefined) open.push(...relations.parents(at), ...relations.subjects(at));
    else youngest = Math.max(youngest ?? date, date);
  }
  return youngest;
}

/** Days that a manifest stays after it was pushed: of its tags' rules the longest. */
export function daysOf(
  { tags }: GraphManifest,
  { prDays, untaggedDays }: RetentionSettings,
): number {
  const kinds = tags.map((tag) => classifyTag(tag).kind);
  if (!kinds.includes("pullRequest")) return untaggedDays;
  const others = kinds.some((kind) => kind === "release" || kind === "prerelease");
  return others ? Math.max(prDays, untaggedDays) : prDays;
}
