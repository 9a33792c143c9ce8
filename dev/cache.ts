import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { cached } from "./paths";

/** The SHA-256 of all parts, in hex: the name of a recipe in its stamp. */
export function fingerprint(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}

/** Whether `name` was made by exactly this recipe, to its end. */
export function isStamped(name: string, recipe: string): boolean {
  return readStamp(name) === recipe;
}

/** What `putStamp` wrote last; empty where nothing was finished. */
export function readStamp(name: string): string {
  const file = stampFile(name);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Says that `name` is complete; to be called last. */
export function putStamp(name: string, recipe: string): void {
  writeWhole(stampFile(name), recipe);
}

function stampFile(name: string): string {
  return cached("stamps", name);
}

/** Writes a file so that no reader ever sees a part of it. */
export function writeWhole(file: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, content, { mode });
  renameSync(unfinished, file);
}

/** Points `link` at `target`, replacing what it pointed at before. */
export function pointLink(link: string, target: string): void {
  mkdirSync(dirname(link), { recursive: true });
  const unfinished = `${link}.${process.pid}.tmp`;
  rmSync(unfinished, { force: true });
  symlinkSync(target, unfinished);
  renameSync(unfinished, link);
}

/**
 * Gives `work` an empty directory of its own, on the file system of the cache (so that a finished
 * file can be renamed into place), and removes it afterwards.
 */
export async function inTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  mkdirSync(cached("tmp"), { recursive: true });
  const directory = mkdtempSync(cached("tmp", `${process.pid}-`));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Removes what processes that were killed have left half done. */
export function removeLeftovers(): void {
  if (!existsSync(cached("tmp"))) return;
  for (const name of readdirSync(cached("tmp"))) {
    if (isRunning(Number(name.split("-")[0]))) continue;
    rmSync(cached("tmp", name), { recursive: true, force: true });
  }
}

/** Whether a process of this id is there, ours or another user's. */
export function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
