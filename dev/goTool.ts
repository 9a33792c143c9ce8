import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
} from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../lib/errors";
import { run } from "../lib/process/run";
import { fingerprint, inTemporaryDirectory, isStamped, putStamp } from "./cache";
import { CHECKOUT } from "./paths";
import type { Report } from "./steps";

/** A program built from a Go module whose versions and checksums are committed. */
export interface GoTool {
  /** Name of the program, of its stamp, and of dev/goTools/NAME with go.mod and go.sum. */
  readonly name: string;
  readonly module: string;
  readonly importPath: string;
  /**
   * Folders of dev/goTools with files of our own, which are compiled as one package within the module;
   * its importPath is `.`. Default: none.
   */
  readonly own?: readonly string[];
  readonly ldflags: string;
  /** Further variables of the build. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the finished program. */
  readonly program: string;
}

const OLDEST_GO_MINOR = 25;

/** Whether the program stands there as this recipe makes it. */
export function isBuilt(tool: GoTool): boolean {
  return existsSync(tool.program) && isStamped(tool.name, recipeOf(tool));
}

/**
 * Builds the program where it is missing. Low priority: a build must not starve the machine.
 * @throws UserError `go-missing`, `go-too-old`, `go-build-failed` with the last lines
 */
export async function buildGoTool(tool: GoTool, report: Report): Promise<void> {
  if (isBuilt(tool)) return;
  await checkGo(tool);
  await inTemporaryDirectory(async (directory) => {
    for (const file of sources(tool)) copyFileSync(file, join(directory, basename(file)));
    const unfinished = join(directory, tool.name);
    const built = await run(
      "nice",
      [
        "-n",
        "10",
        "go",
        "build",
        "-v",
        "-o",
        unfinished,
        "-ldflags",
        tool.ldflags,
        tool.importPath,
      ],
      {
        cwd: directory,
        env: { CGO_ENABLED: "0", GOWORK: "off", ...tool.env },
        onLine: (line) => {
          report(line.replace(/^go: /, ""));
        },
      },
    );
    if (built.code !== 0) throw buildError(tool, built.stderr);
    mkdirSync(join(tool.program, ".."), { recursive: true });
    renameSync(unfinished, tool.program);
  });
  putStamp(tool.name, recipeOf(tool));
}

function sources({ module, own = [] }: GoTool): string[] {
  const goTools = join(CHECKOUT, "dev", "goTools");
  const files = ["go.mod", "go.sum"].map((file) => join(goTools, module, file));
  const ofOurs = own.flatMap((folder) =>
    readdirSync(join(goTools, folder)).map((file) => join(goTools, folder, file)),
  );
  return [...files, ...ofOurs.sort()];
}

function recipeOf(tool: GoTool): string {
  const files = sources(tool).map((file) => readFileSync(file));
  const env = Object.entries(tool.env ?? {}).map(([name, value]) => `${name}=${value}`);
  return fingerprint(tool.importPath, tool.ldflags, tool.program, ...env, ...files);
}

async function checkGo({ name }: GoTool): Promise<void> {
  const version = await run("go", ["env", "GOVERSION"]).catch(() => undefined);
  const given = version?.stdout.trim() ?? "";
  const minor = /^go1\.(\d+)/.exec(given)?.[1];
  if (minor === undefined) {
    throw new UserError(
      `\`go\` is not on PATH, and ${name} has to be built here: install Go 1.${OLDEST_GO_MINOR} or newer, ` +
        `or put \`${name}\` on PATH, and run again`,
      "go-missing",
    );
  }
  if (Number(minor) < OLDEST_GO_MINOR) {
    throw new UserError(
      `${given} is too old to build ${name}: install Go 1.${OLDEST_GO_MINOR} or newer`,
      "go-too-old",
    );
  }
}

function buildError(tool: GoTool, stderr: string): UserError {
  const LAST_LINES = 8;
  const lines = stderr.trim().split("\n").slice(-LAST_LINES);
  return new UserError(
    [`${tool.name} could not be built from its Go module:`, ...lines.map((line) => `  ${line}`)]
      .concat("  check that `go env GOPROXY` answers, and run again")
      .join("\n"),
    "go-build-failed",
  );
}
