import { estimate, type Estimate, type Usage } from "../../lib/cost/estimate";
import { usageOf } from "../../lib/cost/usage";
import { readGraph } from "../../lib/images/inventory";
import { mapConcurrently } from "../../lib/registries/contents/concurrency";
import { planRetention } from "../../lib/retention";
import type { Command, Outcome } from "../command";
import { deployedOf, readDeployment } from "../deployed";
import { openImages } from "../registryImages";
import { sizeText } from "../sizes";
import { table, type Cell } from "../table";
import { type Look, paint, wrap } from "../terminal";
import { count } from "../words";
import { otherStacks, STACKS } from "./images/stacks";

const REPOSITORIES_AT_A_TIME = 4;

/** `bot-core cost`: what the registry costs a month. */
export const cost: Command = {
  summary: "an estimate of what the registry costs a month",
  description:
    "Counts each layer once over everything that config `retention` keeps, and takes\n" +
    "the provider's list prices; each line has the date of its price. Replicas and\n" +
    "scans are in it, data transfer is not. It is an estimate, no bill.",
  options: { stacks: STACKS },
  exitCodes: { good: "done", fault: "the registry or the stack cannot be asked" },
  run: async (invocation) => {
    const stacks = otherStacks(invocation);
    const deployed = deployedOf(
      await Promise.all(stacks.map((stack) => readDeployment(stack, false))),
    );
    const { settings, services, sources } = await openImages(invocation, "lookUp");
    invocation.progress.show(`asking ${sources.client.server}`);
    const plans = await mapConcurrently(
      services,
      REPOSITORIES_AT_A_TIME,
      async ({ repository }) => {
        const graph = await readGraph(sources, repository, deployed.digests.keys());
        return planRetention(graph, settings.retention, deployed, Date.now());
      },
    );
    const { registry } = settings;
    const sharing = registry.kind === "ecr" ? "repository" : "registry";
    const { kept, all } = usageOf(plans, sharing, Date.now());
    return costOutcome(registry.endpoint.server, kept, all, estimate(registry, kept));
  },
};

/** @param all what is there now, before `images prune` */
export function costOutcome(server: string, kept: Usage, all: Usage, found: Estimate): Outcome {
  return {
    exitCode: 0,
    json: {
      estimate: true,
      currency: "USD",
      ...(found.usd === undefined ? {} : { monthly: cents(found.usd) }),
      keptBytes: kept.bytes,
      storedBytes: all.bytes,
      newImages: kept.newImages,
      lines: found.lines.map(({ price, quantity, regions, usd }) => ({
        ...price,
        quantity,
        regions,
        monthly: cents(usd),
      })),
      notes: found.notes,
    },
    text: (look) => costText(server, kept, all, found, look),
  };
}

function costText(server: string, kept: Usage, all: Usage, found: Estimate, look: Look): string {
  const rows = found.lines.map(({ price, quantity, regions, usd }): Cell[] => [
    { text: price.what },
    { text: amount(quantity, price.unit) + (regions === 1 ? "" : `, ${regions} regions`) },
    { text: dollars(usd) },
    { text: price.date },
    { text: price.source },
  ]);
  const beyond = all.bytes - kept.bytes;
  const prunable = beyond === 0 ? "" : `; \`npx bot-core images prune\` frees ${sizeText(beyond)}`;
  return [
    ...wrap(
      `${server}: ${sizeText(kept.bytes)} stay under the retention settings${prunable}`,
      look.width,
    ),
    ...(rows.length === 0 ? [] : ["", table(COLUMNS, rows, look)]),
    "",
    ...(found.usd === undefined
      ? []
      : [`about ${dollars(found.usd)} a month: an estimate at list prices, no bill`]),
    ...found.notes.flatMap((note) =>
      wrap(note, look.width).map((one) => paint(one, "faint", look)),
    ),
  ].join("\n");
}

const COLUMNS = [
  { title: "WHAT", flexible: true },
  { title: "HOW MUCH" },
  { title: "A MONTH" },
  { title: "PRICE OF" },
  { title: "SOURCE", flexible: true },
];

function amount(quantity: number, unit: "GB-month" | "month" | "image"): string {
  if (unit === "GB-month") return `${quantity.toFixed(2)} GB`;
  return unit === "image" ? count(quantity, "image") : "1";
}

function dollars(usd: number): string {
  return `$${usd.toFixed(2)}`;
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
