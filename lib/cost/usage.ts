import type { RetentionPlan } from "../retention";
import type { Usage } from "./estimate";

const MONTH_MS = 30 * 86_400_000;

/**
 * Counts what stays and what is there, each blob once: in the whole registry, or in each repository
 * where the registry bills by repository.
 * @param now milliseconds since the epoch
 */
export function usageOf(
  plans: readonly RetentionPlan[],
  sharing: "registry" | "repository",
  now: number,
): { readonly kept: Usage; readonly all: Usage } {
  const measure = (isCounted: (plan: RetentionPlan, digest: string) => boolean): Usage => {
    const blobs = new Map<string, number>();
    let newImages = 0;
    for (const plan of plans) {
      const { repository, manifests } = plan.graph;
      for (const manifest of manifests.values()) {
        if (!isCounted(plan, manifest.digest)) continue;
        for (const [blob, size] of manifest.blobs) {
          blobs.set(sharing === "registry" ? blob : `${repository}@${blob}`, size);
        }
        const isImage = manifest.children.length === 0 && manifest.subject === undefined;
        if (isImage && now - (manifest.date ?? 0) < MONTH_MS) newImages += 1;
      }
    }
    return { bytes: [...blobs.values()].reduce((total, size) => total + size, 0), newImages };
  };
  return {
    kept: measure((plan, digest) => plan.kept.has(digest)),
    all: measure(() => true),
  };
}
