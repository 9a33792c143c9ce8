import { UserError } from "../../errors";
import type { Credentials } from "../../oci";
import { redact, withSecrets } from "../../oci/credentials";
import type { RunResult } from "../../process/run";

const MOST_LINES = 6;
/** cosign says its error twice, with two beginnings. */
const BEGINNING = /^(error during command execution|error): */i;

/** What it says beside its error, of flags that we gave on purpose. */
const ASIDE = /^(WARNING|Flag --[\w-]+ has been deprecated)\b/;

/**
 * By which cosign logs in to stores of keys, opens a key and proves who signs. What refuses them may
 * repeat them: an answer to a wrong signature may have the request's headers, a session token with them.
 */
const SECRET_VARIABLES = [
  ...["COSIGN_PASSWORD", "VAULT_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ...["AZURE_CLIENT_SECRET", "SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
];

/**
 * The last lines that a tool printed, each once, without secrets, indented; for the end of a message.
 * Of an error that is longer the first ones, as the reason stands there.
 */
export function lastLines(
  { stdout, stderr }: Pick<RunResult, "stdout" | "stderr">,
  credentials?: Credentials,
): string {
  const printed = stderr.trim() === "" ? stdout : stderr;
  const secrets = [...(credentials?.derived ?? []), ...environmentSecrets()];
  const all = redact(printed, withSecrets(credentials, secrets))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !ASIDE.test(line));
  const withoutBeginning = all.map((line) => line.replace(BEGINNING, ""));
  const lines = [...new Set(withoutBeginning)].filter((line) => line !== "");
  const reason = withoutBeginning[all.findLastIndex((line) => BEGINNING.test(line))];
  const last = Math.max(0, lines.length - MOST_LINES);
  const first = lines.indexOf(reason ?? "");
  const start = first === -1 ? last : Math.min(first, last);
  return lines
    .slice(start, start + MOST_LINES)
    .map((line) => `  ${line}`)
    .join("\n");
}

function environmentSecrets(): string[] {
  return SECRET_VARIABLES.map((name) => process.env[name] ?? "").filter((value) => value !== "");
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
