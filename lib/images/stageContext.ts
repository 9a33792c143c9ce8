import { randomUUID } from "node:crypto";
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { BuildSpec } from "../compose/model";
import { UserError } from "../errors";
import { type TreeEntry, hashFile, mapLimited, readTree } from "./contextTree";
import { contextFilter, loadContextFilter } from "./dockerignore";
import { inputsDigest } from "./inputsDigest";

/** A build context as docker.Image is to get it. Paths are relative to the project folder, with `/`. */
export interface StagedContext {
  readonly context: string;
  readonly dockerfile: string;
  /** 64 hex characters over the tree, Dockerfile, arguments, target and network, without platform. */
  readonly inputsDigest: string;
  readonly files: number;
  readonly bytes: number;
}

export interface StageOptions {
  /** Absolute path of the folder with the Compose files. */
  readonly projectDirectory: string;
  /** Git-ignored folder, relative to the project folder. Default: `.build`. */
  readonly buildDirectory?: string;
}

interface Source {
  readonly root: string;
  readonly entries: readonly TreeEntry[];
  /** Absolute path of the Dockerfile, and its path inside the staged tree. */
  readonly dockerfile: string;
  readonly stagedDockerfile: string;
}

/** Name inside the staged tree of a Dockerfile that stands outside its context. */
const OUTSIDE_DOCKERFILE = ".bot-core.Dockerfile";
const TEMPORARY = ".staging-";
const TEMPORARY_MAX_AGE_MS = 3_600_000;
const SERVICE_NAME = /^[a-zA-Z0-9_-][a-zA-Z0-9._-]*$/;
const ATTEMPTS = 5;
const PARALLEL = 8;
const EVERYTHING = contextFilter("");

/**
 * Copies a service's build context into `.build/SERVICE`, without what its ignore file names, with modes
 * 0644 and 0755 and links as they are, so that every machine builds from the same bytes and modes.
 *
 * The ignore files themselves, a `.git` at the root and empty folders are left out: the first have done
 * their work, the others differ from clone to clone. The tree is put in place by a rename, and one that is
 * already right is left alone, because another stack may be reading it.
 *
 * @throws UserError `context-missing`, `dockerfile-missing`, `context-unreadable`,
 *   `context-special-file`, `context-changed`, `service-name`
 */
export async function stageContext(
  spec: BuildSpec,
  { projectDirectory, buildDirectory = ".build" }: StageOptions,
): Promise<StagedContext> {
  if (!SERVICE_NAME.test(spec.service)) {
    const text = `service name \`${spec.service}\` is not allowed; give letters, digits, \`.\`, \`_\` and \`-\``;
    throw new UserError(text, "service-name");
  }
  const buildRoot = resolve(projectDirectory, buildDirectory);
  const source = await readSource(spec, projectDirectory, buildRoot);
  const target = join(buildRoot, spec.service);
  if (!(await isStaged(target, source.entries))) await stage(source, buildRoot, target);
  const context = relative(projectDirectory, target).split(sep).join("/");
  return {
    context,
    dockerfile: `${context}/${source.stagedDockerfile}`,
    inputsDigest: inputsDigest(source.entries, source.stagedDockerfile, spec),
    files: source.entries.length,
    bytes: source.entries.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function readSource(
  spec: BuildSpec,
  projectDirectory: string,
  buildRoot: string,
): Promise<Source> {
  const context = resolve(projectDirectory, spec.context);
  const dockerfile = resolve(projectDirectory, spec.dockerfile);
  await assertPresent(spec, context, dockerfile);
  const inside = pathInside(context, dockerfile);
  const stagedDockerfile = inside ?? OUTSIDE_DOCKERFILE;
  const build = pathInside(context, buildRoot);
  const skips = [
    ".git",
    ".dockerignore",
    stagedDockerfile,
    `${stagedDockerfile}.dockerignore`,
    ...(build === undefined ? [] : [build]),
  ];
  const root = await realpath(context);
  const tree = await readTree(root, await loadContextFilter(dockerfile, context), skips);
  const entries = [...tree, await dockerfileEntry(dockerfile, stagedDockerfile)];
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { root, entries, dockerfile, stagedDockerfile };
}

/** The Dockerfile is staged as a plain file even where it is ignored or a link: docker always reads it. */
async function dockerfileEntry(dockerfile: string, path: string): Promise<TreeEntry> {
  const { size } = await stat(dockerfile);
  const content = await hashFile(dockerfile);
  return { path, kind: "file", mode: 0o644, actualMode: 0o644, content, bytes: size };
}

async function assertPresent(spec: BuildSpec, context: string, dockerfile: string): Promise<void> {
  const contextStat = await stat(context).catch(() => undefined);
  if (contextStat?.isDirectory() !== true) {
    const text = `build context \`${spec.context}\` of service \`${spec.service}\` is not a folder; correct \`build.context\` in the Compose file`;
    throw new UserError(text, "context-missing");
  }
  const fileStat = await stat(dockerfile).catch(() => undefined);
  if (fileStat?.isFile() !== true) {
    const text = `Dockerfile \`${spec.dockerfile}\` of service \`${spec.service}\` is not a file; add it or correct \`build.dockerfile\` in the Compose file`;
    throw new UserError(text, "dockerfile-missing");
  }
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

async function stage(source: Source, buildRoot: string, target: string): Promise<void> {
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

async function copyTree(source: Source, temporary: string): Promise<void> {
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

/** The path of `inner` relative to `outer`, with `/`; undefined where it is not inside. */
function pathInside(outer: string, inner: string): string | undefined {
  const path = relative(outer, inner).split(sep).join("/");
  return path === "" || path === ".." || path.startsWith("../") ? undefined : path;
}

function ignore(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? "")) throw error;
    return undefined;
  };
}
