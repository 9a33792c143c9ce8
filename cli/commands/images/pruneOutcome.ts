import { keyOf, type Applied, type Removal, type RetentionPlan } from "../../../lib/retention";
import type { Outcome } from "../../command";
import { sizeText } from "../../sizes";
import { table, type Cell } from "../../table";
import { paint, plain, wrap, type Look } from "../../terminal";
import { count, shortDigest } from "../../words";

/** A plan of several repositories. */
export interface Prune {
  readonly plans: readonly RetentionPlan[];
  /** What this run removes, in order. */
  readonly removals: readonly Removal[];
  /** Bytes that each frees, by `repository@digest`. */
  readonly bytes: ReadonlyMap<string, number>;
}

/** @param applied undefined: nothing was to be removed, only shown */
export function pruneOutcome(prune: Prune, applied: Applied | undefined): Outcome {
  const { plans, removals, bytes } = prune;
  const shown = applied === undefined ? removals : applied.removed;
  const freed = shown.reduce((sum, one) => sum + (bytes.get(keyOf(one)) ?? 0), 0);
  const planned = plans.reduce((sum, plan) => sum + plan.removals.length, 0);
  const kept = plans.reduce((sum, plan) => sum + plan.kept.size, 0);
  const surprise = applied?.surprise;
  return {
    exitCode: surprise === undefined ? 0 : 1,
    json: {
      dryRun: applied === undefined,
      freedBytes: freed,
      keptManifests: kept,
      removals: shown.map((one) => ({ ...one, bytes: bytes.get(keyOf(one)) ?? 0 })),
      left: planned - shown.length,
      ...(surprise === undefined ? {} : { stopped: surprise }),
    },
    text: (look) =>
      [
        ...(shown.length === 0 ? [] : [removalTable(shown, bytes, look), ""]),
        ...wrap(summary(), look.width),
        ...(surprise === undefined ? [] : stopLines(surprise, look)),
      ].join("\n"),
  };

  function summary(): string {
    const stays = `${count(kept, "manifest")} ${kept === 1 ? "stays" : "stay"}`;
    if (planned === 0) return `nothing goes; ${stays}`;
    const what = `${count(shown.length, "manifest")}, ${sizeText(freed)}`;
    const left = planned - shown.length;
    const more = left === 0 ? "" : `; ${left} more in further runs (\`--max\` takes more at once)`;
    if (applied === undefined) {
      return `${what} would go; ${stays}${more}. Nothing was removed: \`--yes\` removes them`;
    }
    return `${what} removed; ${stays}${more}`;
  }
}

function stopLines(surprise: string, look: Look): string[] {
  const text = `stopped: ${surprise}; nothing after that was removed: run the command again`;
  return wrap(text, look.width).map((line) => paint(line, "warning", look));
}

const COLUMNS = [
  { title: "SERVICE", flexible: true },
  { title: "TAGS", flexible: true },
  { title: "DIGEST" },
  { title: "FREES" },
  { title: "WHY", flexible: true },
];

function removalTable(
  removals: readonly Removal[],
  bytes: ReadonlyMap<string, number>,
  look: Look,
): string {
  const rows = removals.map((one): Cell[] => [
    { text: plain(one.repository.slice(one.repository.lastIndexOf("/") + 1)) },
    { text: one.tags.length === 0 ? "-" : one.tags.join(" ") },
    { text: shortDigest(one.digest) },
    { text: sizeText(bytes.get(keyOf(one)) ?? 0) },
    { text: one.reason },
  ]);
  return table(COLUMNS, rows, look);
}
