import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { dirname } from "node:path";
import { isRunning } from "./cache";
import { cached } from "./paths";
import { note } from "./steps";

const POLL_MS = 250;

/**
 * Runs `work` while no other process of this user runs it under the same name. A lock whose holder
 * is dead is taken over.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const file = cached("locks", name);
  let told = false;
  while (!take(file)) {
    if (!told) {
      note(`… waiting for another run to finish its ${name} (process ${pidOf(read(file))})`);
    }
    told = true;
    await sleep(POLL_MS);
  }
  const release = (): void => {
    if (pidOf(read(file)) === process.pid) rmSync(file, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** A hard link either takes the name with its content or fails: nobody sees an empty lock. */
function take(file: string): boolean {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, identity(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (!isAlive(read(file))) removeDead(file);
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Two may find the same dead holder: what was moved away is looked at once more. */
function removeDead(file: string): void {
  const aside = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, aside);
    if (isAlive(read(aside))) linkSync(aside, file);
  } catch {
    // Another process was quicker; the next attempt sees what it left.
  } finally {
    rmSync(aside, { force: true });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function pidOf(content: string): number {
  return Number(content.split(" ")[0]);
}

/** Process id and start time: after a reboot the same id is another process. */
function identity(pid: number): string {
  return `${pid} ${startTime(pid)}`;
}

function startTime(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  const START_TIME_FIELD = 19; // proc(5): field 22, counted from the state after the name
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_TIME_FIELD] ?? "";
}

function isAlive(content: string): boolean {
  const pid = pidOf(content);
  return isRunning(pid) && identity(pid) === content;
}
