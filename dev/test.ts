import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { devEnvironment } from "./environment";
import { runInForeground } from "./foreground";
import { CHECKOUT } from "./paths";
import { setUp } from "./setup";
import { failuresOf, readCounts, SUMMARY_VARIABLE, type TestCounts, textOf } from "./testCounts";
import { ensureSupplyChainTools } from "./supplyChainTools";
import { ensureTestTools } from "./testTools";

const UNIT = "test/unit";
/** What is seen as it runs, what fails quickly first. */
const SHOWN = [UNIT, "test/e2e"];
/**
 * Runs beside it, because both wait for containers most of the time; shown when it has ended. Those of
 * test/e2e are here because both halves take about as long then.
 */
const BESIDE = ["test/provider", "test/e2e/supplyChain", "test/e2e/workflows"];
const FAULT = 1;

/**
 * `npm test`: sets up what is missing and runs every test, or only those whose files or folders
 * are given. Further mocha options may follow, e.g. `-- test/unit --grep index`.
 */
export async function test(args: readonly string[]): Promise<number> {
  await setUp({ tests: true });
  const chosen = args.filter((arg) => arg.startsWith("test/"));
  const options = args.filter((arg) => !arg.startsWith("test/"));
  // They take minutes to build the first time, and unit tests run none of them.
  const unitOnly = chosen.length > 0 && chosen.every((path) => path.startsWith(UNIT));
  const tools = unitOnly ? {} : await ensureSupplyChainTools();
  const variables = { ...devEnvironment(), ...(await ensureTestTools()), ...tools };
  if (chosen.length > 0) return mocha(chosen.flatMap(testFiles), options, variables);
  return all(options, variables);
}

type Variables = Readonly<Record<string, string>>;

async function all(options: readonly string[], variables: Variables): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bot-core-test-"));
  const log = join(folder, "beside.log");
  const counts = ["shown", "beside"].map((name) => join(folder, `${name}.json`));
  const withCounts = (file = ""): Variables => ({ ...variables, [SUMMARY_VARIABLE]: file });
  const beside = BESIDE.flatMap(testFiles);
  const shown = SHOWN.flatMap(testFiles).filter((file) => !beside.includes(file));
  console.log(`  ${SHOWN.join(", ")} run here; ${BESIDE.join(", ")} beside them, shown at the end`);
  try {
    const codes = await Promise.all([
      mocha(shown, options, withCounts(counts[0])),
      mocha(beside, options, withCounts(counts[1]), openSync(log, "w")),
    ]);
    console.log(`\n  ${BESIDE.join(", ")}:\n${readFileSync(log, "utf8")}`);
    const ended = counts.map(readCounts).filter((one): one is TestCounts => one !== undefined);
    console.log(failuresOf(ended) + textOf(ended));
    // A run that ended before it could count is a failure, whatever its code.
    return Math.max(...codes, ended.length < counts.length ? FAULT : 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mocha(
  files: readonly string[],
  options: readonly string[],
  variables: Variables,
  output?: number,
): Promise<number> {
  return runInForeground(
    process.execPath,
    [
      ...["--import", "tsx", join(CHECKOUT, "node_modules", "mocha", "bin", "mocha.js")],
      ...["--reporter", join(CHECKOUT, "dev", "testReporter.ts"), "--exit"],
      // Mocha colours in continuous integration too, where nobody reads escape codes.
      ...(process.stdout.isTTY && output === undefined ? [] : ["--no-color"]),
      ...options,
      ...files,
    ],
    variables,
    output,
  );
}

function testFiles(path: string): string[] {
  const absolute = join(CHECKOUT, path);
  if (path.endsWith(".ts") || !existsSync(absolute)) return existsSync(absolute) ? [path] : [];
  return readdirSync(absolute, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => join(path, name));
}
