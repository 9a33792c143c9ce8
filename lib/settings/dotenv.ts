import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError, messageOf } from "../errors";

const LINE =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*[=:][ \t]*(?:'([^']*)'|"((?:[^"\\]|\\[^])*)"|([^\n]*))/gm;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Reads the text of a `.env` file as docker compose does: comments, `export`, single quotes for
 * text as it stands, double quotes with escapes, a comment after an unquoted value only behind a
 * space (node's own parser cuts `pa#ss` at the `#`). Unlike compose it leaves `$` alone, so that a
 * password with one stays whole.
 */
export function parseDotenv(text: string): Readonly<Record<string, string>> {
  const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const pairs = [...lines.matchAll(LINE)].map(([, name = "", single, double, bare = ""]) => [
    name,
    single ?? (double === undefined ? undefined : unescape(double)) ?? unquoted(bare),
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

/**
 * Puts the variables of a folder's `.env` into an environment that has not got them; what is set
 * already wins, as with docker compose. Without the file nothing happens.
 * @throws UserError `dotenv-unreadable` where the file is there and cannot be read
 */
export function loadDotenv(folder: string, environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(parseDotenv(readIfThere(join(folder, ".env"))))) {
    environment[name] ??= value;
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw new UserError(
      `\`${file}\` cannot be read: ${messageOf(error)}; make it a readable file or remove it`,
      "dotenv-unreadable",
      { cause: error },
    );
  }
}

function unescape(text: string): string {
  return text.replace(/\\([^])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

function unquoted(text: string): string {
  return text.replace(/(^|[ \t])#.*$/, "").trim();
}
