import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { devEnvironment } from "./environment";
import { runInForeground } from "./foreground";
import { CHECKOUT } from "./paths";
import { setUp } from "./setup";
import { ensureTestTools } from "./testTools";

/** In this order: what fails quickly is seen first. */
const FOLDERS = ["test/unit", "test/provider", "test/e2e"];

/**
 * `npm test`: sets up what is missing and runs every test, or only those whose files or folders
 * are given. Further mocha options may follow, e.g. `-- test/unit --grep index`.
 */
export async function test(args: readonly string[]): Promise<number> {
  await setUp({ tests: true });
  const tools = await ensureTestTools();
  const chosen = args.filter((arg) => arg.startsWith("test/"));
  const options = args.filter((arg) => !arg.startsWith("test/"));
  const files = (chosen.length > 0 ? chosen : FOLDERS).flatMap(testFiles);
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
    { ...devEnvironment(), ...tools },
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
