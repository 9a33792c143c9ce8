import type { Removal, RetentionPlan } from "./plan";

/** What is stored once for all repositories, or once for each of them. */
export type Sharing = "registry" | "repository";

/**
 * Bytes that each removal frees: what no manifest that stays needs, counted at the last one that needs
 * it. A blob that two repositories use goes with the second of them where the registry stores it once.
 * @returns by repository and digest, as `repository@sha256:…`; a removal that frees nothing has 0
 */
export function freedBytes(
  plans: readonly RetentionPlan[],
  removals: readonly Removal[],
  sharing: Sharing,
): Map<string, number> {
  const chosen = new Set(removals.map(keyOf));
  const blobKey = (repository: string, digest: string): string =>
    sharing === "registry" ? digest : `${repository}@${digest}`;
  const needed = new Set<string>();
  for (const { graph } of plans) {
    for (const { digest, blobs } of graph.manifests.values()) {
      if (chosen.has(keyOf({ repository: graph.repository, digest }))) continue;
      for (const blob of blobs.keys()) needed.add(blobKey(graph.repository, blob));
    }
  }
  const graphs = new Map(plans.map(({ graph }) => [graph.repository, graph]));
  const freed = new Map<string, number>();
  for (const removal of [...removals].reverse()) {
    const manifest = graphs.get(removal.repository)?.manifests.get(removal.digest);
    let bytes = 0;
    for (const [blob, size] of manifest?.blobs ?? []) {
      const key = blobKey(removal.repository, blob);
      if (needed.has(key)) continue;
      needed.add(key);
      bytes += size;
    }
    freed.set(keyOf(removal), bytes);
  }
  return freed;
}

/** `repository@sha256:…`. */
export function keyOf({ repository, digest }: Pick<Removal, "repository" | "digest">): string {
  return `${repository}@${digest}`;
}
