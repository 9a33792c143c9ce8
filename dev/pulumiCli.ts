import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../lib/process/run";
import { isStamped, pointLink, putStamp, writeWhole } from "./cache";
import { buildGoTool, isBuilt } from "./goTool";
import type { GoTool } from "./goTool";
import { CACHE_BIN, PULUMI_HOME, cached } from "./paths";
import { step } from "./steps";
import { OLDEST_PULUMI, isPulumiRecent } from "./versions";

/** The npm package `pulumi` that downloads the CLI of the same version. */
const NPM_VERSION = "3.265.0";
/** Where that package and Pulumi's own Automation API keep a downloaded CLI. */
const DOWNLOADED = join(PULUMI_HOME, "versions", NPM_VERSION, "bin", "pulumi");
const BUILT_DIRECTORY = cached("cli", `v${OLDEST_PULUMI}`);
const DOWNLOAD_TIMEOUT_MS = 300_000;
const BUILT_ORIGIN = `v${OLDEST_PULUMI}, built from its Go module (the download is out of reach)`;

const CLI: GoTool = {
  name: "pulumi",
  module: "pulumi",
  importPath: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${OLDEST_PULUMI}`,
  program: join(BUILT_DIRECTORY, "pulumi"),
};

/** The language host of the last line that is part of the SDK's module. */
const LANGUAGE_HOST: GoTool = {
  name: "pulumi-language-nodejs",
  module: "language-host",
  importPath: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  ldflags: "-s -w",
  program: join(BUILT_DIRECTORY, "language-host", "pulumi-language-nodejs"),
};

/** Beside the CLI, where the engine looks first; on PATH alone it would warn at each run. */
const LAUNCHER = join(BUILT_DIRECTORY, "pulumi-language-nodejs");

/**
 * That host takes `runtime.options` of Pulumi.yaml from flags, and today's engine sends them in each
 * request instead. Without them it would check the program's types at each run: many seconds.
 */
const LAUNCHER_TEXT = `#!/bin/sh
args=$(sed -n 's/.*nodeargs"\\{0,1\\}: *"\\{0,1\\}\\([^"]*\\).*/\\1/p' Pulumi.yaml 2>/dev/null)
if [ -z "$args" ]; then exec '${LANGUAGE_HOST.program}' "$@"; fi
exec '${LANGUAGE_HOST.program}' -typescript=false -nodeargs="$args" "$@"
`;
const EXECUTABLE = 0o755;

/** Which `pulumi` is used and where it came from, for one line on screen. */
export interface PulumiCli {
  readonly program: string;
  readonly origin: string;
}

/**
 * Finds or makes a Pulumi CLI with its Node language host: one on PATH that is new enough, else
 * the official download, else both built from their Go modules.
 */
export async function ensurePulumiCli(): Promise<PulumiCli> {
  const cli = (await onPath()) ?? downloaded() ?? built() ?? (await obtain());
  pointLink(join(CACHE_BIN, "pulumi"), cli.program);
  return cli;
}

/** Whether a CLI is there without any work. */
export function isPulumiReady(): boolean {
  return existsSync(join(CACHE_BIN, "pulumi"));
}

async function onPath(): Promise<PulumiCli | undefined> {
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    const program = join(directory, "pulumi");
    if (directory === CACHE_BIN || !existsSync(program)) continue;
    const version = await versionOf(program);
    if (!isPulumiRecent(version)) return undefined;
    return { program, origin: `${version}, found on PATH` };
  }
  return undefined;
}

async function versionOf(program: string): Promise<string> {
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const printed = await run(program, ["version"], { env }).catch(() => undefined);
  return printed?.stdout.trim() ?? "";
}

async function isRecent(program: string): Promise<boolean> {
  return isPulumiRecent(await versionOf(program));
}

function downloaded(): PulumiCli | undefined {
  if (!existsSync(DOWNLOADED) || !isStamped("pulumi-download", NPM_VERSION)) return undefined;
  return { program: DOWNLOADED, origin: `v${NPM_VERSION}, the official download` };
}

function built(): PulumiCli | undefined {
  if (!isBuilt(CLI) || !isBuilt(LANGUAGE_HOST)) return undefined;
  writeWhole(LAUNCHER, LAUNCHER_TEXT, EXECUTABLE);
  return { program: CLI.program, origin: BUILT_ORIGIN };
}

async function obtain(): Promise<PulumiCli> {
  return (await download()) ?? (await build());
}

/** The official package fails within a second where its server cannot be reached. */
async function download(): Promise<PulumiCli | undefined> {
  const args = ["exec", "--yes", `--package=pulumi@${NPM_VERSION}`, "--", "pulumi", "version"];
  const done = await step(`downloading the Pulumi CLI v${NPM_VERSION}`, async () =>
    run("npm", args, {
      env: { PULUMI_HOME, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
    }).catch(() => undefined),
  );
  // The installer talks on standard output too, so the program itself is asked.
  if (done?.code !== 0 || !(await isRecent(DOWNLOADED))) return undefined;
  putStamp("pulumi-download", NPM_VERSION);
  return downloaded();
}

async function build(): Promise<PulumiCli> {
  await step(
    `building the Pulumi CLI v${OLDEST_PULUMI} from its Go module (about 4 min)`,
    (report) => buildGoTool(CLI, report),
  );
  await step("building Pulumi's Node language host from its Go module", (report) =>
    buildGoTool(LANGUAGE_HOST, report),
  );
  writeWhole(LAUNCHER, LAUNCHER_TEXT, EXECUTABLE);
  return { program: CLI.program, origin: BUILT_ORIGIN };
}
