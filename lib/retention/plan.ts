import type { RetentionSettings } from "../settings/settings";
import { DAY_MS, dateOf } from "./age";
import { relationsOf, type GraphManifest, type RepositoryGraph } from "./graph";
import { keepSet, type Deployed, type Question } from "./keep";
import { removalOrder } from "./order";
import { classifyTag } from "./tagClass";

/** One manifest that goes, with all its tags. */
export interface Removal {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  /** Why, for people, e.g. `not among the newest 30 versions, 61 d old`. */
  readonly reason: string;
}

/** What goes from one repository, and what stays. */
export interface RetentionPlan {
  readonly graph: RepositoryGraph;
  /** In the order of removal: any first part of it leaves no index without its parts. */
  readonly removals: readonly Removal[];
  /** Counts of removals after which no part of a removed image is left, ascending. */
  readonly wholes: readonly number[];
  /** Why, by digest, of those that stay for their own sake. */
  readonly roots: ReadonlyMap<string, string>;
  /** Everything that stays. */
  readonly kept: ReadonlySet<string>;
}

/**
 * Decides what goes from a repository. It stays: the newest `keepVersions` releases (and as many
 * pre-releases beyond the newest), floating tags and branches, what is deployed, pull requests'
 * images younger than `prDays`, anything else younger than `untaggedDays` or of unknown age; and all
 * that is reachable from what stays: an index's children, referrers, what stands under `sha256-…` tags,
 * subjects, and the `pb-` builds of a version.
 * @param now milliseconds since the epoch
 */
export function planRetention(
  graph: RepositoryGraph,
  settings: RetentionSettings,
  deployed: Deployed,
  now: number,
): RetentionPlan {
  const question: Question = { graph, relations: relationsOf(graph), settings, deployed, now };
  const circular = new Map<string, string>();
  for (;;) {
    const kept = keepSet(question, circular);
    const gone = [...graph.manifests.values()].filter(({ digest }) => !kept.all.has(digest));
    const ordered = removalOrder(byAge(gone, question), question.relations);
    if (ordered.circular.length === 0) {
      const removals = ordered.order.map((digest) => removalOf(digest, question));
      return { graph, removals, wholes: ordered.wholes, roots: kept.roots, kept: kept.all };
    }
    // The registry contradicts itself there: nothing of it is touched.
    for (const digest of ordered.circular) circular.set(digest, "named in a circle");
  }
}

/** The oldest first; digests decide between equals, so that a plan is the same at each run. */
function byAge(gone: readonly GraphManifest[], { graph, relations }: Question): string[] {
  return gone
    .map(({ digest }) => ({ digest, date: dateOf(digest, graph, relations) ?? 0 }))
    .sort((a, b) => a.date - b.date || (a.digest < b.digest ? -1 : 1))
    .map(({ digest }) => digest);
}

function removalOf(digest: string, question: Question): Removal {
  const { graph, relations, settings, now } = question;
  const tags = graph.manifests.get(digest)?.tags ?? [];
  const date = dateOf(digest, graph, relations);
  const age = date === undefined ? "" : `, ${Math.floor((now - date) / DAY_MS)} d old`;
  const kinds = new Set(tags.map((tag) => classifyTag(tag).kind));
  const belongs = relations.subjects(digest).length > 0;
  return { repository: graph.repository, digest, tags: [...tags], reason: `${what()}${age}` };

  function what(): string {
    if (kinds.has("release")) return `not among the newest ${settings.keepVersions} versions`;
    if (kinds.has("prerelease")) return "pre-release of a released version";
    if (kinds.has("pullRequest")) return "pull request";
    if (belongs) return "signs or describes what goes";
    if (kinds.has("build")) return "build of no kept version";
    if (relations.parents(digest).length > 0) return "part of what goes";
    return kinds.has("commit") ? "commit of no kept version" : "untagged";
  }
}
