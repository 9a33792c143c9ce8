import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readFile, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import ignore from "@balena/dockerignore";
import { UserError } from "../../lib/errors";

/** The Dockerfile stands under this name in the digest, whatever it is called. */
const DOCKERFILE_NAME = "Dockerfile";
const NO_MODE = "----------";

/**
 * The official plugin's `contextDigest`: SHA-256 (hex) over the Dockerfile's content, and path, Go
 * mode and content of every file of the context that `.dockerignore` does not exclude. Owners and
 * times do not count; permission bits do. A link counts by its target's path
 * (pulumi/pulumi-docker provider/provider.go, hashContext).
 * @param context the build context's folder
 * @param dockerfile the Dockerfile's path, inside the context or not
 * @throws UserError `context-unreadable` for a file that cannot be read
 */
export async function contextDigest(context: string, dockerfile: string): Promise<string> {
  const digest = createHash("sha256");
  const add = async (path: string, name: string, mode: string, link: boolean): Promise<void> => {
    const content = link ? hashText(await readlink(path)) : await hashFile(path);
    digest.update(name).update(mode).update(content).update("\0");
  };
  try {
    await add(dockerfile, DOCKERFILE_NAME, NO_MODE, false);
    for (const name of await contextFiles(context, dockerfile)) {
      const path = join(context, name);
      const { mode } = await lstat(path);
      await add(path, name, goMode(mode), isLink(mode));
    }
  } catch (error) {
    throw unreadable(context, error);
  }
  return digest.digest("hex");
}

/** Paths of the context's files that are not ignored, with `/`, in the order of a walk. */
export async function contextFiles(
  context: string,
  dockerfile: string,
): Promise<readonly string[]> {
  const patterns = await ignorePatterns(context, dockerfile);
  const ignored = ignore({ ignorecase: false }).add([...patterns]);
  const hasExceptions = patterns.some((pattern) => pattern.startsWith("!"));
  const walk = async (folder: string): Promise<string[]> => {
    const entries = await readdir(join(context, folder), { withFileTypes: true });
    entries.sort((one, other) => Buffer.from(one.name).compare(Buffer.from(other.name)));
    const found: string[] = [];
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const excluded = ignored.ignores(path);
      if (entry.isDirectory()) {
        if (!excluded || hasExceptions) found.push(...(await walk(path)));
      } else if (!excluded) {
        found.push(path);
      }
    }
    return found;
  };
  return walk("");
}

/** The lines of `NAME.dockerignore` beside the Dockerfile, else of the context's `.dockerignore`. */
async function ignorePatterns(context: string, dockerfile: string): Promise<readonly string[]> {
  for (const path of [`${dockerfile}.dockerignore`, join(context, ".dockerignore")]) {
    try {
      const lines = (await readFile(path, "utf8")).replace(/^\uFEFF/, "").split(/\r?\n/);
      return lines.map((line) => line.trim()).filter((line) => line !== "" && line[0] !== "#");
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return [];
}

const FILE_TYPE = 0o170000;
const LINK = 0o120000;
/** Letters of Go's FileMode.String by file type; a regular file has none. */
const TYPE_LETTERS: Readonly<Record<number, string>> = {
  0o140000: "S",
  [LINK]: "L",
  0o060000: "D",
  0o020000: "Dc",
  0o010000: "p",
};
const SET_BITS = [
  [0o4000, "u"],
  [0o2000, "g"],
] as const;
const STICKY = 0o1000;
const PERMISSION_LETTERS = ["r", "w", "x", "r", "w", "x", "r", "w", "x"];

/** A file mode as Go's `FileMode.String` writes it, e.g. `-rw-r--r--`. */
export function goMode(mode: number): string {
  const type = TYPE_LETTERS[mode & FILE_TYPE] ?? "";
  // Go's order of letters: D p S u g c t, with L before them.
  const bits = SET_BITS.filter(([bit]) => (mode & bit) !== 0).map(([, letter]) => letter);
  const device = type === "Dc";
  const letters = [
    device ? "D" : type,
    ...bits,
    device ? "c" : "",
    (mode & STICKY) === 0 ? "" : "t",
  ].join("");
  const permissions = PERMISSION_LETTERS.map((letter, at) =>
    (mode & (0o400 >> at)) === 0 ? "-" : letter,
  );
  return `${letters === "" ? "-" : letters}${permissions.join("")}`;
}

function isLink(mode: number): boolean {
  return (mode & FILE_TYPE) === LINK;
}

function hashText(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

async function hashFile(path: string): Promise<Buffer> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) {
    // A stream without an encoding gives buffers.
    hash.update(chunk as Buffer);
  }
  return hash.digest();
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function unreadable(context: string, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(
    `unable to hash build context \`${context}\`: ${reason}; make every file readable, or list ` +
      "what is not part of the build in `.dockerignore`",
    "context-unreadable",
    { cause: error },
  );
}
