import { mkdirSync, statfsSync } from "node:fs";
import { UserError, messageOf } from "../lib/errors";
import { isStamped, putStamp, removeLeftovers } from "./cache";
import { docker } from "./images/makeImage";
import { ensureLocalImage } from "./images/localImage";
import { ensureBaseImage, isPublished } from "./images/mirror";
import {
  BUSYBOX,
  HAPROXY,
  NODE,
  NODE_UNPACKED,
  PYTHON,
  PYTHON_UNPACKED,
  RUST,
} from "./images/recipes";
import type { Architecture } from "./images/recipes";
import { ensureDockerEngine } from "./dockerEngine";
import type { DockerEngine } from "./dockerEngine";
import { ensureDockerPlugin } from "./dockerPlugin";
import { ensureLocalRegistry } from "./localRegistry";
import { withLock } from "./lock";
import { CACHE } from "./paths";
import { ensurePulumiCli } from "./pulumiCli";
import { note } from "./steps";
import { ensureEmulation } from "./emulation";

const STAMP = "set-up";
const GIB = 1024 ** 3;
/** Go's module and build caches 4, base images 2.5, the engine's layers and services' builds 3.5. */
const NEEDED_FIRST_GIB = 10;
const NEEDED_LATER_GIB = 2;

/**
 * Sets up what this machine lacks, and only that; one run at a time.
 * @param tests true: also the other platform's base images and its emulation, which only tests use
 * @throws UserError naming everything that could not be had, each with its mend
 */
export async function setUp({ tests }: { tests: boolean }): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  await withLock("set-up", async () => {
    removeLeftovers();
    checkSpace();
    // First what fails first: a build of minutes is no use without an engine.
    const engine = await ensureDockerEngine();
    note(`Docker ${engine.version}, ${engine.origin}`);
    await together([setUpPulumi(), setUpImages(engine, tests)]);
    putStamp(STAMP, "complete");
  });
}

async function setUpPulumi(): Promise<void> {
  const cli = await ensurePulumiCli();
  note(`Pulumi ${cli.origin}`);
  note(`docker plugin ${await ensureDockerPlugin()}`);
}

async function setUpImages(engine: DockerEngine, tests: boolean): Promise<void> {
  const native = await architectureOf(engine);
  const registry = ensureLocalRegistry(native);
  // The largest image needs no registry until it is pushed; once it is there, it may be pruned here.
  const rust = isPublished(RUST, native) ? undefined : ensureLocalImage(RUST, native);
  await together([
    Promise.all([registry, rust]).then(() => ensureBaseImage(RUST, native)),
    registry.then(() =>
      inOrder([NODE, PYTHON, HAPROXY].map((recipe) => () => ensureBaseImage(recipe, native))),
    ),
  ]);
  if (tests) await setUpOtherPlatform(native);
}

async function setUpOtherPlatform(native: Architecture): Promise<void> {
  const foreign = native === "amd64" ? "arm64" : "amd64";
  await inOrder([
    () => ensureEmulation(foreign),
    () => ensureBaseImage(BUSYBOX, native),
    () => ensureBaseImage(BUSYBOX, foreign),
    () => ensureBaseImage(NODE_UNPACKED, foreign),
    () => ensureBaseImage(PYTHON_UNPACKED, foreign),
  ]);
}

async function architectureOf({ program }: DockerEngine): Promise<Architecture> {
  const printed = await docker(["version", "--format", "{{.Server.Arch}}"]);
  if (printed === "amd64" || printed === "arm64") return printed;
  throw new UserError(
    `the Docker engine of ${program} is for ${printed}; allowed is amd64 or arm64`,
    "architecture",
  );
}

function checkSpace(): void {
  const { bavail, bsize } = statfsSync(CACHE);
  const free = (bavail * bsize) / GIB;
  const needed = isStamped(STAMP, "complete") ? NEEDED_LATER_GIB : NEEDED_FIRST_GIB;
  if (free >= needed) return;
  throw new UserError(
    `${free.toFixed(1)} GiB are free where ${CACHE} is, and ${needed} GiB are needed: free some ` +
      "space, or set XDG_CACHE_HOME to a place that has it",
    "no-space",
  );
}

async function inOrder(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  for (const task of tasks) await task();
}

/** All to their end, then all faults at once: what is half done would be lost otherwise. */
async function together(tasks: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(tasks);
  const reasons = results.flatMap((result): unknown[] =>
    result.status === "rejected" ? [result.reason] : [],
  );
  const faults = [...new Set(reasons)];
  if (faults.length === 0) return;
  if (faults.length === 1) throw faults[0];
  throw new UserError(faults.map(messageOf).join("\n"), "set-up");
}
