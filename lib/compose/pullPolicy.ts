import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunResult } from "../process/run";
import { composeConfig, resolveVariables, type ConfigOptions } from "./configCommand";
import { keysOf, placesOf, textsOf, type SourceFile } from "./source";

const LINE = /^(\s*(?:-\s+)?pull_policy\s*:\s*)(.*)$/gm;
const FLOW = /(\bpull_policy\s*:\s*["']?)([A-Za-z_]+)/g;
const POLICY_WORD = /\b(?:always|never|missing|if_not_present|build)\b/gi;

/** true: Compose refuses a `pull_policy`, which it wants in lower case. */
export function isPullPolicyFault(stderr: string): boolean {
  return /\bpull_policy\b/.test(stderr);
}

/**
 * Runs `docker compose config` with every pull policy in lower case: bot-core's documents say
 * `IMAGE_PULL_POLICY=Always`, and Compose knows `always` alone. Variables are lowered in the
 * environment, words in a private copy of the files; the user's files stay as they are.
 */
export async function composeConfigLowered(
  options: ConfigOptions,
  sources: readonly SourceFile[],
): Promise<RunResult> {
  const values = await resolveVariables(options, policyVariables(sources));
  const lowered = Object.entries(values).map(([name, value]) => [name, value.toLowerCase()]);
  const variables = { ...options.variables, ...Object.fromEntries(lowered) } as Record<
    string,
    string
  >;
  const folder = mkdtempSync(path.join(tmpdir(), "compose-"));
  try {
    const files = sources.map(({ text }, index) => {
      const file = path.join(folder, `${index}.yml`);
      writeFileSync(file, lowerPullPolicies(text), { mode: 0o600 });
      return file;
    });
    return await composeConfig({ ...options, variables }, files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A Compose file's text with the words of each `pull_policy` in lower case. */
export function lowerPullPolicies(text: string): string {
  const lower = (words: string): string => words.replace(POLICY_WORD, (word) => word.toLowerCase());
  return text
    .replace(LINE, (_line, key: string, value: string) => key + lower(value))
    .replace(FLOW, (_match, key: string, value: string) => key + lower(value));
}

/** Variables that the files' pull policies name. */
function policyVariables(sources: readonly SourceFile[]): string[] {
  const services = keysOf(sources, ["services"]);
  return services
    .flatMap((service) => placesOf(sources, ["services", service, "pull_policy"]))
    .flatMap(textsOf)
    .flatMap(({ text }) => [...text.matchAll(/\$\{?(\w+)/g)].map((match) => match[1] ?? ""))
    .filter((name) => name !== "");
}
