import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { devEnvironment } from "./environment";
import { runInForeground } from "./foreground";
import { CHECKOUT } from "./paths";
import { setUp } from "./setup";
import { ensureSupplyChainTools } from "./supplyChainTools";
import { runLanes } from "./testLanes";
import { ensureTestTools } from "./testTools";

/** They run cosign, syft, trivy and grype, which may take many minutes to build the first time. */
const WITH_TOOLS = ["test/provider/supplyChain", "test/e2e/supplyChain", "test/e2e/workflows"];

/**
 * `npm test`: sets up what is missing and runs every test, or only those whose files or folders
 * are given. Further mocha options may follow, e.g. `-- test/unit --grep index`.
 */
export async function test(args: readonly string[]): Promise<number> {
  const chosen = args.filter((arg) => arg.startsWith("test/"));
  const options = args.filter((arg) => !arg.startsWith("test/"));
  await setUp({ tests: true });
  const programs = await ensureTestTools();
  if (chosen.length === 0) return runLanes(testFiles("test"), options);
  const files = chosen.flatMap(testFiles);
  const tools = files.some(needsTools) ? await ensureSupplyChainTools() : {};
  return mocha(files, options, { ...programs, ...tools });
}

function needsTools(file: string): boolean {
  return WITH_TOOLS.some((folder) => file.startsWith(folder));
}

function mocha(
  files: readonly string[],
  options: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  return runInForeground(
    process.execPath,
    [
      ...["--import", "tsx", join(CHECKOUT, "node_modules", "mocha", "bin", "mocha.js")],
      ...["--reporter", join(CHECKOUT, "dev", "testReporter.ts"), "--exit"],
      // Mocha colours in continuous integration too, where nobody reads escape codes.
      ...(process.stdout.isTTY ? [] : ["--no-color"]),
      ...options,
      ...files,
    ],
    { ...devEnvironment(), ...variables },
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
