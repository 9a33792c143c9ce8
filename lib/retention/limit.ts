import { UserError } from "../errors";
import type { Removal, RetentionPlan } from "./plan";

/**
 * The first removals, at most `max` of all repositories together. Where a registry does not list
 * untagged manifests, the cut falls between images: parts of a removed one could never be found again.
 * @throws UserError `prune-max` where not even the first image fits
 */
export function firstRemovals(plans: readonly RetentionPlan[], max: number): Removal[] {
  const chosen: Removal[] = [];
  for (const { graph, removals, wholes } of plans) {
    const room = max - chosen.length;
    const count =
      removals.length <= room || graph.complete
        ? Math.min(removals.length, room)
        : (wholes.findLast((whole) => whole <= room) ?? 0);
    chosen.push(...removals.slice(0, count));
    if (count < removals.length) {
      if (chosen.length === 0) throw tooFew(max, graph.repository, wholes[0] ?? removals.length);
      break;
    }
  }
  return chosen;
}

function tooFew(max: number, repository: string, needed: number): UserError {
  return new UserError(
    `\`--max ${max}\` is too few: the first image that goes from \`${repository}\` has ${needed} ` +
      `manifests, which go together; give at least \`--max ${needed}\``,
    "prune-max",
  );
}
