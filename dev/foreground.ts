import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { CHECKOUT } from "./paths";

const SIGNAL_EXIT_BASE = 128;
/** A terminal and npm both pass an interrupt on; within this time it is the same one. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs a program on this process's own input and output and returns its exit code. An interrupt
 * reaches it exactly once: a second one would make Pulumi give up without cleaning up.
 * In the foreground of a terminal the terminal itself interrupts every process, so nothing is
 * passed on. Elsewhere the program gets a process group of its own, and signals from here.
 * @param output open file that takes what it prints. Default: this process's own output
 */
export async function runInForeground(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  output: "inherit" | number = "inherit",
): Promise<number> {
  const byTerminal = isInForeground();
  const child = spawn(program, args, {
    cwd: CHECKOUT,
    env: { ...process.env, ...env },
    stdio: ["inherit", output, output],
    detached: !byTerminal,
  });
  const last = new Map<NodeJS.Signals, number>();
  const passOn = (signal: NodeJS.Signals): void => {
    const now = Date.now();
    const repeated = now - (last.get(signal) ?? 0) < SAME_SIGNAL_MS;
    last.set(signal, now);
    if (repeated || (byTerminal && signal === "SIGINT")) return;
    child.kill(signal);
  };
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        resolve(code ?? SIGNAL_EXIT_BASE + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    for (const signal of signals) process.off(signal, passOn);
  }
}

/** Whether a terminal's Ctrl-C goes to this process's group (proc(5): pgrp and tpgid). */
function isInForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [, , group, , , terminalGroup] = fields;
    return group === terminalGroup;
  } catch {
    return process.stdin.isTTY;
  }
}
