import { UserError } from "../../errors";
import type { Credentials } from "../../oci";
import { redact } from "../../oci/credentials";
import type { RunResult } from "../../process/run";

const LAST_LINES = 6;
/** cosign says its error twice, with two beginnings. */
const BEGINNING = /^(error during command execution|error): */i;

/** What it says beside its error, of flags that we gave on purpose. */
const ASIDE = /^(WARNING|Flag --[\w-]+ has been deprecated)\b/;

/** The last lines that a tool printed, each once, without secrets, indented; for the end of a message. */
export function lastLines(
  { stdout, stderr }: Pick<RunResult, "stdout" | "stderr">,
  credentials?: Credentials,
): string {
  const printed = stderr.trim() === "" ? stdout : stderr;
  const lines = redact(printed, credentials)
    .split("\n")
    .map((line) => line.trim().replace(BEGINNING, ""))
    .filter((line) => line !== "" && !ASIDE.test(line));
  return [...new Set(lines)]
    .slice(-LAST_LINES)
    .map((line) => `  ${line}`)
    .join("\n");
}

/**
 * The error of a tool that failed, with its last lines.
 * @param what what was being done, as the start of a sentence
 */
export function toolError(
  what: string,
  code: string,
  result: RunResult,
  credentials?: Credentials,
): UserError {
  return new UserError(`${what}:\n${lastLines(result, credentials)}`, code);
}
