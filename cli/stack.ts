import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../lib/errors";
import { run as runProgram, type Run } from "../lib/process/run";
import type { HostTarget } from "../lib/resources/composeHost";
import { connect, type HostConnection } from "../lib/rollout";
import { completeSettings } from "../lib/settings/complete";
import { loadDotenv } from "../lib/settings/dotenv";
import type { RawConfig, Settings } from "../lib/settings/settings";
import type { Invocation } from "./command";

const NAMESPACE = "bot-core:";
/** A backend in the cloud may take its time. */
const TIMEOUT_MS = 60_000;

/** `pulumi config --json`: objects stand as JSON in `value` too. */
const Config = z.record(
  z.string(),
  z.object({ value: z.string().optional(), secret: z.boolean() }),
);

/**
 * The nearest folder upwards with a Pulumi.yaml.
 * @throws UserError `no-project`
 */
export function projectFolder(from: string): string {
  for (let at = resolve(from); ; at = dirname(at)) {
    if (existsSync(join(at, "Pulumi.yaml"))) return at;
    if (dirname(at) === at) {
      throw new UserError(
        `${from} is in no Pulumi project: run the command in a checkout of this repository`,
        "no-project",
      );
    }
  }
}

/**
 * Reads and parses a stack's configuration as `pulumi up` would, secrets included; its `.env` goes
 * into `env` for what is read later. Nothing of it is ever printed.
 * @throws UserError `stack-unreadable` with the Pulumi CLI's words, `config-invalid`, and AWS's where
 *   it is asked for the account
 */
export async function readSettings(
  { stack, folder, signal }: Pick<Invocation, "stack" | "folder" | "signal">,
  env: NodeJS.ProcessEnv = process.env,
  run: Run = runProgram,
): Promise<Settings> {
  const project = projectFolder(folder);
  const which = stack === undefined ? [] : ["--stack", stack];
  const { code, stdout, stderr } = await run(
    "pulumi",
    ["config", "--json", "--show-secrets", "--non-interactive", ...which],
    { cwd: project, env, signal, timeoutMs: TIMEOUT_MS },
  );
  if (code !== 0) throw unreadable(stack, stderr);
  const raw = parseConfig(stdout);
  loadDotenv(project, env);
  return completeSettings(raw, env);
}

/**
 * What `pulumi config --json --show-secrets` printed, without the keys of other namespaces.
 * @throws UserError `stack-unreadable` for anything else, without a word of it: it holds secrets
 */
export function parseConfig(text: string): RawConfig {
  const own = Object.entries(decode(text))
    .filter(([key]) => key.startsWith(NAMESPACE))
    .map(([key, entry]) => ({ ...entry, key: key.slice(NAMESPACE.length) }));
  return {
    values: Object.fromEntries(own.map(({ key, value = "" }) => [key, value])),
    secretKeys: new Set(own.filter(({ secret }) => secret).map(({ key }) => key)),
  };
}

function decode(text: string): z.infer<typeof Config> {
  try {
    return Config.parse(JSON.parse(text));
  } catch {
    throw new UserError(
      "`pulumi config --json` printed something unknown: `npx bot-core doctor` tells whether this " +
        "Pulumi CLI will do",
      "stack-unreadable",
    );
  }
}

function unreadable(stack: string | undefined, stderr: string): UserError {
  const words = stderr
    .split("\n")
    .map((line) => line.replace(/^error: /, "").trim())
    .filter((line) => line !== "")
    .join("; ");
  const which = stack === undefined ? "the stack's" : `stack \`${stack}\`'s`;
  return new UserError(
    `${which} configuration cannot be read: ${words}; \`pulumi stack ls\` must list the stack ` +
      "with the same backend, and PULUMI_CONFIG_PASSPHRASE must be the stack's, where it has one",
    "stack-unreadable",
  );
}

/** @throws UserError `no-host` where the stack publishes only */
export function hostOf({ host }: Settings): HostTarget {
  if (host.kind === "compose") return host.target;
  throw new UserError(
    "this stack has no host (config `host` is false, or nothing is published): choose one that has, " +
      "by `--stack NAME`",
    "no-host",
  );
}

/**
 * Does some work on the stack's host.
 * @throws UserError of the configuration, of the connection and of the work
 */
export async function onHost<T>(
  invocation: Invocation,
  work: (connection: HostConnection, target: HostTarget) => Promise<T>,
): Promise<T> {
  const { progress, signal } = invocation;
  progress.show("reading the stack's configuration");
  const target = hostOf(await readSettings(invocation));
  progress.show(`asking ${target.address}`);
  const connection = await connect(target, { signal });
  try {
    return await work(connection, target);
  } finally {
    await connection.close();
  }
}
