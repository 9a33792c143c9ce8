import { readFile } from "node:fs/promises";
import ignore from "@balena/dockerignore";

/** Which paths of a build context stay out of it. Paths are relative, with `/`. */
export interface ContextFilter {
  readonly ignores: (path: string) => boolean;
  /** true: nothing below this ignored folder can be taken back by a `!` pattern. */
  readonly prunes: (folder: string) => boolean;
}

const WILDCARD = /[*?[\\]/;

/**
 * Reads the ignore file that Docker would use: `<Dockerfile>.dockerignore`, else the context's
 * `.dockerignore`, else none (Docker documentation, "Filename and location").
 */
export async function loadContextFilter(
  dockerfile: string,
  context: string,
): Promise<ContextFilter> {
  const text =
    (await readIfPresent(`${dockerfile}.dockerignore`)) ??
    (await readIfPresent(`${context}/.dockerignore`)) ??
    "";
  return contextFilter(text);
}

/** The filter of an ignore file's text. */
export function contextFilter(text: string): ContextFilter {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const matcher = ignore().add(lines);
  const keepers = lines.filter((line) => line.startsWith("!")).map(staticPrefix);
  return {
    ignores: (path) => matcher.ignores(path),
    prunes: (folder) =>
      !keepers.some((keeper) => `${keeper}/`.startsWith(`${folder}/`) || keeper === "") &&
      !keepers.some((keeper) => `${folder}/`.startsWith(`${keeper}/`)),
  };
}

/** The leading folders of a `!` pattern that are named without a wildcard; empty: it may match anywhere. */
function staticPrefix(line: string): string {
  const parts = line.slice(1).trim().split("/");
  const clean = parts.filter((part) => part !== "" && part !== ".");
  const wild = clean.findIndex((part) => WILDCARD.test(part) || part === "..");
  return (wild === -1 ? clean : clean.slice(0, wild)).join("/");
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return undefined;
    }
    throw error;
  }
}
