import { z } from "zod";
import { UserError } from "../lib/errors";
import { run as runProgram, type Run } from "../lib/process/run";
import { connect, readRecords, type GenerationRecord } from "../lib/rollout";
import type { Deployed } from "../lib/retention";
import type { Invocation } from "./command";
import { projectFolder, readSettings } from "./stack";

const TIMEOUT_MS = 60_000;

const Outputs = z.object({
  previousVersion: z.string().optional(),
  release: z
    .object({
      version: z.string(),
      services: z.record(
        z.string(),
        z.object({
          digest: z.string().optional(),
          platforms: z.record(
            z.string(),
            z.object({
              digest: z.string(),
              built: z.boolean().optional(),
              cache: z.array(z.string()).optional(),
            }),
          ),
        }),
      ),
    })
    .optional(),
});
export type ReleaseOutputs = z.infer<typeof Outputs>;

/** What one stack runs, and what it can go back to. */
export interface StackDeployment {
  /** Undefined: the selected one. */
  readonly stack: string | undefined;
  readonly outputs: ReleaseOutputs;
  /** The host's records of releases, oldest first. */
  readonly records: readonly GenerationRecord[];
}

/**
 * What a stack's state and its host remember.
 * @param hosts false: the state alone
 * @throws UserError `stack-unreadable` with the Pulumi CLI's words, and those of the connection
 */
export async function readDeployment(
  invocation: Invocation,
  hosts: boolean,
  run: Run = runProgram,
): Promise<StackDeployment> {
  const { stack, progress, signal } = invocation;
  progress.show(`reading what ${stack ?? "the stack"} runs`);
  const outputs = await readOutputs(invocation, run);
  if (!hosts) return { stack, outputs, records: [] };
  const { host } = await readSettings(invocation);
  if (host.kind === "off") return { stack, outputs, records: [] };
  const connection = await connect(host.target, { signal });
  try {
    return { stack, outputs, records: await readRecords(connection.docker, host.target.project) };
  } finally {
    await connection.close();
  }
}

async function readOutputs(
  { stack, folder, signal }: Invocation,
  run: Run,
): Promise<ReleaseOutputs> {
  const which = stack === undefined ? [] : ["--stack", stack];
  // Digests are no secrets, but what they are made from marks them as such.
  const args = ["stack", "output", "--json", "--show-secrets", "--non-interactive", ...which];
  const options = { cwd: projectFolder(folder), signal, timeoutMs: TIMEOUT_MS };
  const { code, stdout, stderr } = await run("pulumi", args, options);
  if (code === 0) return parseOutputs(stdout, stack);
  const words = stderr.replace(/\s+/g, " ").trim();
  throw new UserError(
    `the outputs of ${nameOf(stack)} cannot be read: ${words}; \`pulumi stack ls\` must list it`,
    "stack-unreadable",
  );
}

/** @throws UserError `stack-unreadable` for outputs of another program */
export function parseOutputs(text: string, stack: string | undefined): ReleaseOutputs {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = Outputs.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `the outputs of ${nameOf(stack)} are not those of this program, so nobody can tell what it runs: ` +
      "`pulumi up` writes them anew",
    "stack-unreadable",
  );
}

/** Everything that stays because something runs it or can go back to it, with where. */
export function deployedOf(deployments: readonly StackDeployment[]): Deployed {
  const digests = new Map<string, string>();
  const versions = new Map<string, string>();
  for (const { stack, outputs, records } of deployments) {
    const name = stack ?? "this stack";
    for (const { version, services } of records) {
      versions.set(version, `the host of ${name} can go back to it`);
      for (const service of Object.values(services)) {
        digests.set(service.digest, `the host of ${name} remembers it`);
        versions.set(service.version, `the host of ${name} can go back to it`);
      }
    }
    const { release, previousVersion } = outputs;
    if (previousVersion !== undefined) versions.set(previousVersion, `${name} can go back to it`);
    if (release === undefined) continue;
    versions.set(release.version, `runs in ${name}`);
    for (const { digest, platforms } of Object.values(release.services)) {
      const all = [digest, ...Object.values(platforms).map((platform) => platform.digest)];
      for (const one of all) if (one !== undefined) digests.set(one, `runs in ${name}`);
    }
  }
  return { digests, versions };
}

/** Stacks whose release a digest is: as `images list` shows it. */
export function runningIn(
  deployments: readonly StackDeployment[],
  service: string,
  digest: string,
): string[] {
  return deployments.flatMap(({ stack, outputs: { release } }) =>
    release?.services[service]?.digest === digest ? [stack ?? "this stack"] : [],
  );
}

function nameOf(stack: string | undefined): string {
  return stack === undefined ? "the stack" : `stack \`${stack}\``;
}
