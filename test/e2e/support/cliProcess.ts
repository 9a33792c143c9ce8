import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Project } from "./project";

/** A CLI that runs, to be signalled in the middle of its work. */
export interface RunningCli {
  readonly pid: number;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Process ids of this program's own plugin that this CLI started. */
  readonly plugins: () => readonly number[];
}

/** Starts the CLI in a process group of its own, as a terminal does. */
export function startPulumi(project: Project, ...args: readonly string[]): RunningCli {
  const child = spawn("pulumi", [...args, "--color", "never"], {
    cwd: project.directory,
    env: { ...process.env, ...project.environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  }
  const pid = child.pid;
  if (pid === undefined) throw new Error("pulumi is not on PATH");
  return { pid, output: () => text, ended: endOf(child), plugins: () => pluginsOf(pid) };
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    // Not `close`: after a kill the orphans hold the pipes.
    child.on("exit", (code, signal) => {
      resolve(code ?? signal ?? 1);
    });
  });
}

/** true: the process is there and no zombie. */
export function runs(pid: number): boolean {
  return !["", "Z"].includes(statusOf(pid).state);
}

function pluginsOf(parent: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statusOf(pid).parent === parent)
    .filter((pid) => fileOf(pid, "cmdline").includes("pulumi-resource-botcore"));
}

function statusOf(pid: number): { readonly state: string; readonly parent: number } {
  const stat = fileOf(pid, "stat");
  // The program's name stands in brackets and may have spaces.
  const [state = "", parent = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, parent: Number(parent) };
}

function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/** Waits until something holds; bounded by the limit, which is far beyond what is normal. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 180_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await sleep(100);
  }
}
