import { UserError } from "../../../lib/errors";
import { readGraph } from "../../../lib/images/inventory";
import { mapConcurrently } from "../../../lib/registries/contents/concurrency";
import {
  applyRemovals,
  firstRemovals,
  freedBytes,
  planRetention,
  type Applied,
  type Deployed,
  type RetentionPlan,
} from "../../../lib/retention";
import type { Command, Invocation } from "../../command";
import { deployedOf, readDeployment } from "../../deployed";
import { openImages, type RegistryImages } from "../../registryImages";
import { pruneOutcome } from "./pruneOutcome";
import { otherStacks, STACKS } from "./stacks";

const DEFAULT_MAX = 500;
const REPOSITORIES_AT_A_TIME = 4;

/** `bot-core images prune`: removes what the retention settings do not keep. */
export const prune: Command = {
  summary: "remove what config `retention` does not keep; shows it first",
  description:
    "Shows what would go and why, and removes nothing without `--yes`. The newest\n" +
    "versions stay, with all that they consist of and all that signs them; so do\n" +
    "floating tags, branches, and what a stack or its host runs or can go back to.\n" +
    "Name all stacks that share the registry. A tag that somebody moves meanwhile\n" +
    "wins: the command stops there. Do not run it while a release is published.",
  options: {
    yes: { text: "remove it" },
    max: { value: "N", text: `manifests that one run removes at most; default: ${DEFAULT_MAX}` },
    stacks: STACKS,
    "without-hosts": { text: "do not ask hosts what they remember; the stacks' state counts" },
  },
  exitCodes: {
    good: "done, or shown, also where nothing goes",
    fault: "it stopped before its end, or something cannot be asked",
  },
  run: async (invocation) => {
    const max = maxOf(invocation);
    const deployed = await readDeployed(invocation);
    const images = await openImages(invocation, "push");
    const plans = await planAll(invocation, images, deployed);
    const removals = firstRemovals(plans, max);
    const sharing = images.settings.registry.kind === "ecr" ? "repository" : "registry";
    const known = { plans, removals, bytes: freedBytes(plans, removals, sharing) };
    if (invocation.options["yes"] !== true) return pruneOutcome(known, undefined);
    return pruneOutcome(known, await removeAll(invocation, images, known));
  },
};

/** @throws UserError `usage` */
function maxOf({ options: { max } }: Invocation): number {
  if (max === undefined) return DEFAULT_MAX;
  if (typeof max === "string" && /^[1-9]\d{0,5}$/.test(max)) return Number(max);
  throw new UserError(
    `\`--max ${String(max)}\` is not allowed; give a number from 1 to 999999, e.g. \`--max ${DEFAULT_MAX}\``,
    "usage",
  );
}

async function readDeployed(invocation: Invocation): Promise<Deployed> {
  const hosts = invocation.options["without-hosts"] !== true;
  const stacks = otherStacks(invocation);
  return deployedOf(await Promise.all(stacks.map((stack) => readDeployment(stack, hosts))));
}

async function planAll(
  { progress }: Invocation,
  { settings, services, sources }: RegistryImages,
  deployed: Deployed,
): Promise<RetentionPlan[]> {
  let done = 0;
  return mapConcurrently(services, REPOSITORIES_AT_A_TIME, async ({ repository }) => {
    const graph = await readGraph(sources, repository, deployed.digests.keys());
    progress.show(`${(done += 1)} of ${services.length} repositories read`);
    return planRetention(graph, settings.retention, deployed, Date.now());
  });
}

async function removeAll(
  { progress, signal }: Invocation,
  { sources: { client, contents } }: RegistryImages,
  { plans, removals }: Parameters<typeof pruneOutcome>[0],
): Promise<Applied> {
  let done = 0;
  return applyRemovals(removals, {
    contents,
    resolve: async (repository, tag) => (await client.headManifest(repository, tag))?.digest,
    isThere: async (repository, digest) =>
      (await client.headManifest(repository, digest)) !== undefined,
    listTags: (repository) => client.listTags(repository),
    plannedTags: new Map(
      plans.map(({ graph }) => [
        graph.repository,
        new Set([...graph.manifests.values()].flatMap(({ tags }) => tags)),
      ]),
    ),
    onRemoved: ({ repository }) => {
      progress.show(`${(done += 1)} of ${removals.length} removed, now ${repository}`);
    },
    signal,
  });
}
