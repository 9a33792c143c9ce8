import { withLock } from "../../dev/lock";
import { messageOf } from "../../lib/errors";
import { openBench, type OpenBench } from "./harness/bench";
import type { Row } from "./harness/row";
import { format, header } from "./harness/table";
import { buildsRow } from "./rows/builds";
import { failuresRow } from "./rows/failures";
import { growthRow } from "./rows/growth";
import { memoryRow } from "./rows/memory";
import { noChangeRow } from "./rows/noChange";
import { pluginRow } from "./rows/plugin";
import { registryRow } from "./rows/registry";
import { releaseRow } from "./rows/release";
import { rollbackRow } from "./rows/rollback";
import { sizeRow } from "./rows/size";
import { supplyChainRow } from "./rows/supplyChain";
import { trafficRow } from "./rows/traffic";

/** In the order in which they run. */
const ROWS: readonly Row[] = [
  failuresRow,
  trafficRow,
  releaseRow,
  rollbackRow,
  memoryRow,
  growthRow,
  pluginRow,
  noChangeRow,
  buildsRow,
  sizeRow,
  registryRow,
  supplyChainRow,
];

/** The whole run; each row is bounded by its own counts. */
const LIMIT_MS = 25 * 60_000;
const QUICK = "--quick";

/**
 * Measures the chosen rows and prints them as they come.
 * @returns 0, also where a target is missed; 1 where a row could not be measured; 2 for a wrong name
 */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== QUICK);
  const unknown = names.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) {
    const allowed = [...ROWS.map(({ name }) => name), QUICK].join(", ");
    console.error(`no such row: ${unknown.join(", ")}; allowed are ${allowed}`);
    return 2;
  }
  const rows = ROWS.filter(({ name }) => names.length === 0 || names.includes(name));
  return withLock("bench", () => measureAll(rows, args.includes(QUICK)));
}

async function measureAll(rows: readonly Row[], quick: boolean): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(LIMIT_MS)]);
  const bench = await openBench({ signal, quick, say });
  try {
    if (quick) console.log("quick: a tenth of the work, only to see that everything runs\n");
    console.log(header());
    const broken = await measureInOrder(bench, rows);
    return broken === 0 ? 0 : 1;
  } finally {
    await bench.close();
  }
}

async function measureInOrder(bench: OpenBench, rows: readonly Row[]): Promise<number> {
  let broken = 0;
  for (const [at, row] of rows.entries()) {
    if (bench.signal.aborted) {
      console.log(`${row.name}: not measured, the time is over`);
      broken += 1;
      continue;
    }
    const began = Date.now();
    try {
      for (const line of await row.measure(bench)) console.log(format(line));
    } catch (error) {
      console.log(`${row.name}: not measured, ${messageOf(error)}`);
      broken += 1;
    }
    say(`${row.name} took ${((Date.now() - began) / 1000).toFixed(0)} s`);
    if (rows[at + 1]?.stage !== row.stage) await bench.endStage();
  }
  return broken;
}

/** Progress goes to standard error: standard output is the table alone. */
function say(text: string): void {
  process.stderr.write(`  … ${text}\n`);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  },
);
