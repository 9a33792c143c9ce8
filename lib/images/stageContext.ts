import { realpath, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type { BuildSpec } from "../compose/model";
import { UserError } from "../errors";
import { type TreeEntry, hashFile, readTree } from "./contextTree";
import { loadContextFilter } from "./dockerignore";
import { inputsDigest } from "./inputsDigest";
import { type TreeSource, putTree } from "./stagedTree";

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

/** Name inside the staged tree of a Dockerfile that stands outside its context. */
const OUTSIDE_DOCKERFILE = ".bot-core.Dockerfile";
const SERVICE_NAME = /^[a-zA-Z0-9_-][a-zA-Z0-9._-]*$/;

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
  await putTree(source, buildRoot, target);
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
): Promise<TreeSource> {
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

/** The path of `inner` relative to `outer`, with `/`; undefined where it is not inside. */
function pathInside(outer: string, inner: string): string | undefined {
  const path = relative(outer, inner).split(sep).join("/");
  return path === "" || path === ".." || path.startsWith("../") ? undefined : path;
}
