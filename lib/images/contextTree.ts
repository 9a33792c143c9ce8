import { createHash } from "node:crypto";
import { type Dirent, createReadStream } from "node:fs";
import { lstat, readFile, readdir, readlink } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { UserError, messageOf } from "../errors";
import { hexDigestOf } from "../oci/digest";
import type { ContextFilter } from "./dockerignore";

/** One file or symbolic link of a tree. Folders count only through what is in them, as in git. */
export interface TreeEntry {
  /** Relative to the tree's root, with `/`. */
  readonly path: string;
  readonly kind: "file" | "link";
  /** 0644 or 0755 by the owner's right to execute; 0777 for links. */
  readonly mode: number;
  /** Permission bits as they are on disk. */
  readonly actualMode: number;
  /** sha256 (hex) of a file's content or of a link's target text. */
  readonly content: string;
  readonly bytes: number;
}

interface Found {
  readonly path: string;
  readonly kind: "file" | "link";
}

const PARALLEL = 8;
/** Bytes up to which a file is read whole. */
const SMALL_FILE = 1024 * 1024;
const EXECUTE_BY_OWNER = 0o100;
const PERMISSIONS = 0o777;

/**
 * Reads a tree: every file and link that the filter leaves, sorted by path. Neither umask, times, owner,
 * nor the order of the file system shows in the result.
 * @param skips relative paths that are left out with all that is below them
 * @throws UserError `context-special-file` for sockets, pipes and devices, `context-unreadable`
 */
export async function readTree(
  root: string,
  filter: ContextFilter,
  skips: readonly string[] = [],
): Promise<TreeEntry[]> {
  const found: Found[] = [];
  await walk(root, "", filter, new Set(skips), found);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  return mapLimited(found, PARALLEL, (entry) => readEntry(root, entry));
}

/** Reads one file or link below a root. */
export async function readEntry(root: string, { path, kind }: Found): Promise<TreeEntry> {
  const full = `${root}/${path}`;
  try {
    if (kind === "link") {
      const target = await readlink(full);
      const content = hexDigestOf(target);
      return { path, kind, mode: PERMISSIONS, actualMode: PERMISSIONS, content, bytes: 0 };
    }
    const { mode, size } = await lstat(full);
    const actualMode = mode & PERMISSIONS;
    const normal = (mode & EXECUTE_BY_OWNER) === 0 ? 0o644 : 0o755;
    return {
      path,
      kind,
      mode: normal,
      actualMode,
      content: await hashFile(full, size),
      bytes: size,
    };
  } catch (error) {
    throw unreadable(full, error);
  }
}

/** sha256 (hex) of a file, whatever its size. @param size bytes, where known */
export async function hashFile(file: string, size = Infinity): Promise<string> {
  // A stream costs more than reading a small file whole.
  if (size <= SMALL_FILE) return hexDigestOf(await readFile(file));
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Like Promise.all over `map`, with at most `limit` under way; the order is kept. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

async function walk(
  root: string,
  folder: string,
  filter: ContextFilter,
  skips: ReadonlySet<string>,
  found: Found[],
): Promise<void> {
  for (const entry of await entriesOf(folder === "" ? root : `${root}/${folder}`)) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (skips.has(path)) continue;
    const ignored = filter.ignores(path);
    if (entry.isDirectory()) {
      if (!ignored || !filter.prunes(path)) await walk(root, path, filter, skips, found);
    } else if (!ignored) {
      found.push({ path, kind: kindOf(`${root}/${path}`, entry) });
    }
  }
}

function kindOf(full: string, entry: Dirent): "file" | "link" {
  if (entry.isSymbolicLink()) return "link";
  if (entry.isFile() && !entry.name.includes("\uFFFD")) return "file";
  const what = entry.isFile()
    ? "has a name that is not UTF-8"
    : "is a socket, pipe or device, which cannot be in an image";
  throw new UserError(
    `\`${full}\` in a build context ${what}; remove it or name it in .dockerignore`,
    "context-special-file",
  );
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError(
    `\`${path}\` in a build context cannot be read (${messageOf(error)}); give this user the right to read it, or name it in .dockerignore`,
    "context-unreadable",
    { cause: error },
  );
}
