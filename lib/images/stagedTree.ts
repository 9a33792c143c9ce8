import { randomUUID } from "node:crypto";
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../errors";
import { type TreeEntry, mapLimited, readTree } from "./contextTree";
import { contextFilter } from "./dockerignore";

/** What a staged tree is made from. */
export interface TreeSource {
  /** Absolute path of the build context, links resolved. */
  readonly root: string;
  /** Sorted by path, the Dockerfile among them. */
  readonly entries: readonly TreeEntry[];
  /** Absolute path of the Dockerfile. */
  readonly dockerfile: string;
  /** Its path inside the staged tree. */
  readonly stagedDockerfile: string;
}

const TEMPORARY = ".staging-";
const TEMPORARY_MAX_AGE_MS = 3_600_000;
const ATTEMPTS = 5;
const PARALLEL = 8;
const EVERYTHING = contextFilter("");

/**
 * Puts a copy of the tree at `target` by a rename; one that is right already is left alone.
 * @throws UserError `context-changed` where the files change meanwhile
 */
export async function putTree(
  source: TreeSource,
  buildRoot: string,
  target: string,
): Promise<void> {
  if (!(await isStaged(target, source.entries))) await stage(source, buildRoot, target);
}

/** true: the tree on disk has exactly these entries with exactly their modes. */
async function isStaged(target: string, entries: readonly TreeEntry[]): Promise<boolean> {
  const present = await stat(target).catch(() => undefined);
  if (present === undefined) return false;
  // A tree that another run is just replacing does not read: it is staged anew.
  const staged = await readTree(target, EVERYTHING).catch(() => []);
  if (staged.length !== entries.length) return false;
  return entries.every((entry, at) => {
    const other = staged[at];
    const samePlace = other?.path === entry.path && other.kind === entry.kind;
    return samePlace && other.content === entry.content && other.actualMode === entry.mode;
  });
}

async function stage(source: TreeSource, buildRoot: string, target: string): Promise<void> {
  await mkdir(buildRoot, { recursive: true });
  await removeLeftovers(buildRoot);
  const temporary = join(buildRoot, `${TEMPORARY}${randomUUID()}`);
  try {
    await copyTree(source, temporary);
    if (!(await isStaged(temporary, source.entries))) {
      const text = `files of build context \`${source.root}\` changed while they were read; run again when nothing writes there`;
      throw new UserError(text, "context-changed");
    }
    await putInPlace(temporary, target, source.entries);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function copyTree(source: TreeSource, temporary: string): Promise<void> {
  const folders = new Set(source.entries.map(({ path }) => dirname(join(temporary, path))));
  for (const folder of [temporary, ...[...folders].sort()]) {
    await mkdir(folder, { recursive: true });
    await openFolders(temporary, folder);
  }
  await mapLimited(source.entries, PARALLEL, async ({ path, kind, mode }) => {
    const to = join(temporary, path);
    const from = path === source.stagedDockerfile ? source.dockerfile : join(source.root, path);
    if (kind === "link") {
      await symlink(await readlink(from), to);
      return;
    }
    await copyFile(from, to);
    // Not left to the copy: the umask of this process would show.
    await chmod(to, mode);
  });
}

/** Sets mode 0755 on a folder and those above it up to the root, against a tight umask. */
async function openFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at.length >= root.length; at = dirname(at)) await chmod(at, 0o755);
}

async function putInPlace(
  temporary: string,
  target: string,
  entries: readonly TreeEntry[],
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Another run may have put the same tree there meanwhile: it stays.
    if (await isStaged(target, entries)) return;
    const old = `${temporary}-old`;
    await rename(target, old).catch(ignore("ENOENT"));
    await rm(old, { recursive: true, force: true });
    const done = await rename(temporary, target).then(() => true, ignore("ENOTEMPTY", "EEXIST"));
    if (done === true) return;
  }
  const text = `\`${target}\` is replaced by another run all the time; end it and run again`;
  throw new UserError(text, "context-changed");
}

/** Temporary trees of runs that were killed. */
async function removeLeftovers(buildRoot: string): Promise<void> {
  for (const name of await readdir(buildRoot)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const path = join(buildRoot, name);
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > TEMPORARY_MAX_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}

function ignore(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? "")) throw error;
    return undefined;
  };
}
