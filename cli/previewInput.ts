import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { messageOf, UserError } from "../lib/errors";
import type { Invocation } from "./command";

/**
 * The preview that a command is about: a file's text, or standard input's.
 * @param file value of the option `--file`; absent or `-`: standard input
 * @param command its name, for the message
 * @throws UserError `usage` where nothing is given, `file-unreadable`
 */
export async function readPreview(
  file: Invocation["options"][string] | undefined,
  command: string,
): Promise<string> {
  if (typeof file === "string" && file !== "-") return readText(file);
  if (process.stdin.isTTY) {
    throw new UserError(
      `no preview was given: \`pulumi preview --json | npx bot-core ${command}\`, or --file FILE`,
      "usage",
    );
  }
  return readAll(process.stdin);
}

/** @throws UserError `file-unreadable` */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(`\`${file}\` cannot be read: ${messageOf(error)}`, "file-unreadable");
  }
}

/**
 * The workflow's token for GitHub.
 * @param what is shown by `--print` instead, e.g. `the comment`
 * @throws UserError `github-token` where the environment has none
 */
export function githubToken(what: string): string {
  const token = process.env["GITHUB_TOKEN"] ?? "";
  if (token !== "") return token;
  throw new UserError(
    "GITHUB_TOKEN is not set: in a workflow give the step `env: GITHUB_TOKEN: ${{ github.token }}`; " +
      `--print shows ${what} without one`,
    "github-token",
  );
}
