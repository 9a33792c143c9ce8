import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { run } from "../../../lib/process/run";
import type { Bench } from "./bench";
import { timed } from "./measure";

/** Where a stack is and what the CLI needs to find it. */
export interface Place {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Up {
  readonly milliseconds: number;
  /** docker.Image resources that were created or updated: each is a build. */
  readonly builds: number;
  /** Operations that change something, the stack itself left out. */
  readonly changes: number;
}

const QUIET: ReadonlySet<string> = new Set(["same", "read"]);

/**
 * `pulumi up --yes` of the stack `test`, preview included, as a user runs it.
 * @throws Error with the CLI's last lines
 */
export async function up(
  { signal }: Bench,
  { directory, environment }: Place,
  ...options: readonly string[]
): Promise<Up> {
  const folder = await mkdtemp(join(tmpdir(), "bench-events-"));
  const file = join(folder, "events");
  try {
    const args = ["up", "--yes", "--stack", "test", "--non-interactive", "--color", "never"];
    const milliseconds = await timed(async () => {
      const result = await run("pulumi", [...args, "--event-log", file, ...options], {
        cwd: directory,
        env: { ...environment, PULUMI_DEBUG_COMMANDS: "true" },
        signal,
      });
      if (result.code === 0) return;
      const said = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-20);
      throw new Error(`pulumi up failed:\n${said.join("\n")}`);
    });
    const events = (await readFile(file, "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      // The engine's own log of its events.
      .map((line) => JSON.parse(line) as EngineEvent);
    const steps = events
      .flatMap(({ resOutputsEvent }) =>
        resOutputsEvent === undefined || resOutputsEvent.planning === true
          ? []
          : [resOutputsEvent.metadata],
      )
      .filter(({ type, op }) => type !== "pulumi:pulumi:Stack" && !QUIET.has(op));
    // An image of the release before leaves the state, which builds nothing.
    const builds = steps.filter(
      ({ type, op }) => type === "docker:index/image:Image" && !op.startsWith("delete"),
    ).length;
    return { milliseconds, builds, changes: steps.length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
