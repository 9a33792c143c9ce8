import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInForeground } from "./foreground";
import { CHECKOUT } from "./paths";
import { failuresOf, readCounts, SUMMARY_VARIABLE, textOf } from "./testCounts";

/** Comes first in its lane: what fails quickly. */
const FIRST = "test/unit";
/**
 * Folders whose tests run in lanes of their own, beside all others: they wait for containers much of the
 * time. The lanes take about as long as each other; what is in one lane may use the same ports.
 */
const BESIDE: readonly (readonly string[])[] = [
  ["test/provider"],
  [
    ...["test/provider/supplyChain", "test/e2e/supplyChain", "test/e2e/workflows"],
    ...["test/e2e/registries", "test/e2e/world"],
  ],
];
const FAULT = 1;

/** Tests that run one after the other. */
export interface Lane {
  /** What is in it, for people. */
  readonly title: string;
  readonly files: readonly string[];
}

/** Divides the files: one lane for each group, before them one with all that no group names. */
export function lanesOf(files: readonly string[], groups = BESIDE): Lane[] {
  const of = (lane: number): string[] => files.filter((file) => groupOf(file, groups) === lane);
  const rest = of(NO_GROUP);
  const isEarly = (file: string): boolean => file.startsWith(`${FIRST}/`);
  return [
    {
      title: "all others",
      files: [...rest.filter(isEarly), ...rest.filter((one) => !isEarly(one))],
    },
    ...groups.map((folders, lane) => ({ title: folders.join(", "), files: of(lane) })),
  ];
}

const NO_GROUP = -1;

/** A folder may be within a folder of another group. */
function groupOf(file: string, groups: readonly (readonly string[])[]): number {
  const matches = groups.flatMap((folders, lane) =>
    folders
      .filter((folder) => file.startsWith(`${folder}/`))
      .map(({ length }) => ({ lane, length })),
  );
  return matches.sort((a, b) => b.length - a.length)[0]?.lane ?? NO_GROUP;
}

/**
 * Runs the files in lanes side by side. The first one is shown as it runs, each other one when both
 * have ended; at the end stand the failures of all, and their counts in the last line.
 * @param options of mocha
 */
export async function runLanes(
  files: readonly string[],
  options: readonly string[],
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bot-core-test-"));
  try {
    const [shown, ...beside] = lanesOf(files).map((lane, n) => ({
      ...lane,
      log: join(folder, `${n}.log`),
      counts: join(folder, `${n}.json`),
    }));
    if (shown === undefined) return FAULT;
    console.log(`  beside the tests shown here: ${beside.map(({ title }) => title).join("; ")}`);
    const first = runLane(shown, options, shown.counts);
    const codes = await Promise.all([
      first,
      ...beside.map(async (lane) => {
        const code = await runLane(lane, options, lane.counts, openSync(lane.log, "w"));
        await first;
        console.log(`\n  ${lane.title}:\n${readFileSync(lane.log, "utf8")}`);
        return code;
      }),
    ]);
    const all = [shown, ...beside].map(({ counts }) => readCounts(counts));
    const ended = all.filter((one) => one !== undefined);
    console.log(failuresOf(ended) + textOf(ended));
    // A run that ended before it could count is a failure, whatever its code.
    return Math.max(...codes, ended.length < all.length ? FAULT : 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As a person would run these files: what they need is made first, and its progress is in their log. */
function runLane(
  lane: Lane,
  options: readonly string[],
  counts: string,
  output?: number,
): Promise<number> {
  const args = [join(CHECKOUT, "dev", "run.mjs"), "test", ...options, ...lane.files];
  return runInForeground(process.execPath, args, { [SUMMARY_VARIABLE]: counts }, output);
}
