import { z } from "zod";
import { resolveCredentials } from "../../lib/credentials";
import { UserError } from "../../lib/errors";
import type { RegistryClient } from "../../lib/oci/registryClient";
import { run as runProgram, type Run } from "../../lib/process/run";
import { registryClient } from "../../lib/registries/refusals";
import { readSteps, sharedSteps } from "../../lib/release/cachedSteps";
import { repositoryPath } from "../../lib/settings/registry";
import type { Command, Invocation, Outcome } from "../command";
import { readDeployment, type ReleaseOutputs } from "../deployed";
import { projectFolder, readSettings } from "../stack";

/** One platform's image of one service, and what of it was not done again. */
export interface BuiltPlatform {
  readonly service: string;
  readonly platform: string;
  /** false: an image of these inputs was there, so that nothing was built. */
  readonly built: boolean;
  readonly steps: number;
  readonly cached: number;
}

type Platforms = NonNullable<ReleaseOutputs["release"]>["services"][string]["platforms"];
type PlatformOutputs = Platforms[string];

/** `bot-core build-summary`: what the last update took from its build cache. */
export const buildSummary: Command = {
  summary: "what of the last update's builds came from the cache, as Markdown",
  description:
    "A table of the services' platforms with the steps of each image and how many of\n" +
    "them were not done again, for a job's summary. An image that was there already\n" +
    "counts as cached whole; a built one is compared with the image that it took its\n" +
    "cache from. Steps are those that make a layer of a Dockerfile's last stage:\n" +
    "inline caches (config `buildCache: inline`) hold no others.",
  exitCodes: {
    good: "the summary is printed, whatever the share is",
    fault: "the stack or its registry cannot be asked",
  },
  run: async (invocation) => {
    const { outputs } = await readDeployment(invocation, false);
    const { release } = outputs;
    if (release === undefined) throw nothingReleased(invocation.stack);
    const { registry } = await readSettings(invocation);
    const login = await resolveCredentials(registry.lookUp, registry.endpoint.server);
    const client = registryClient(registry.endpoint, login, { signal: invocation.signal });
    const began = await lastUpdate(invocation);
    invocation.progress.show(`asking ${client.server}`);
    const rows = Object.entries(release.services).flatMap(([service, { platforms }]) =>
      Object.entries(platforms).map(([platform, image]) =>
        rowOf({ service, platform }, image, {
          client,
          began,
          path: repositoryPath(registry, service),
        }),
      ),
    );
    return summaryOutcome(release.version, await Promise.all(rows));
  },
};

interface Asked {
  readonly client: Pick<RegistryClient, "getManifest" | "getBlob">;
  /** Repository path without the server. */
  readonly path: string;
  /** When the stack's last update began, in milliseconds; absent where it is not known. */
  readonly began?: number | undefined;
}

/** One platform's image against the one that its cache came from. */
export async function rowOf(
  names: Pick<BuiltPlatform, "service" | "platform">,
  { digest, built, cache = [] }: PlatformOutputs,
  { client, path, began }: Asked,
): Promise<BuiltPlatform> {
  const image = await readSteps(client, path, digest);
  const steps = image?.steps.length ?? 0;
  // It stays declared as long as its inputs stay the same, and was built once.
  const older = image?.created !== undefined && began !== undefined && image.created < began;
  if (image === undefined || built !== true || older) {
    return { ...names, built: false, steps, cached: steps };
  }
  const shared = cache.map(async (name) => {
    const other = await readSteps(client, path, name.slice(name.indexOf("@") + 1));
    return other === undefined ? 0 : sharedSteps(image, other);
  });
  const cached = Math.max(0, ...(await Promise.all(shared)));
  return { ...names, built: true, steps, cached };
}

const Updates = z.array(z.object({ kind: z.string(), startTime: z.string() }));
const TIMEOUT_MS = 60_000;

/** When the stack's last update began; undefined where its backend keeps no history. */
async function lastUpdate(
  { stack, folder, signal }: Invocation,
  run: Run = runProgram,
): Promise<number | undefined> {
  const which = stack === undefined ? [] : ["--stack", stack];
  const { code, stdout } = await run(
    "pulumi",
    ["stack", "history", "--json", "--page-size", "10", "--non-interactive", ...which],
    { cwd: projectFolder(folder), signal, timeoutMs: TIMEOUT_MS },
  );
  return code === 0 ? beganOf(stdout) : undefined;
}

/** The start of the newest update in what `pulumi stack history --json` printed. */
export function beganOf(history: string): number | undefined {
  try {
    const update = Updates.parse(JSON.parse(history)).find(({ kind }) => kind === "update");
    const time = Date.parse(update?.startTime ?? "");
    return Number.isNaN(time) ? undefined : time;
  } catch {
    // Another CLI's words: then every image that is declared counts as built.
    return undefined;
  }
}

export function summaryOutcome(version: string, rows: readonly BuiltPlatform[]): Outcome {
  const steps = sum(rows.map((row) => row.steps));
  const cached = sum(rows.map((row) => row.cached));
  const share = steps === 0 ? 1 : cached / steps;
  return {
    exitCode: 0,
    json: { version, platforms: rows, steps, cached, share },
    text: () => markdown(version, rows, { steps, cached, share }),
  };
}

function markdown(
  version: string,
  rows: readonly BuiltPlatform[],
  {
    steps,
    cached,
    share,
  }: { readonly steps: number; readonly cached: number; readonly share: number },
): string {
  return [
    `### Build cache of \`${version}\`: ${percent(share)}`,
    "",
    "| service | platform | | steps | cached | share |",
    "| --- | --- | --- | ---: | ---: | ---: |",
    ...rows.map(
      (row) =>
        `| \`${row.service}\` | ${row.platform} | ${row.built ? "built" : "was there"} | ` +
        `${row.steps} | ${row.cached} | ${percent(row.steps === 0 ? 1 : row.cached / row.steps)} |`,
    ),
    "",
    `${cached} of ${steps} steps were not done again. Steps are those that make a layer of a ` +
      "Dockerfile's last stage, its base image's among them: inline caches hold no others.",
  ].join("\n");
}

function percent(share: number): string {
  // Rounded down: 100 % is said of all steps alone.
  return `${Math.floor(share * 100)} %`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function nothingReleased(stack: string | undefined): UserError {
  return new UserError(
    `${stack === undefined ? "the stack" : `stack \`${stack}\``} has no release yet, and so no build; run \`pulumi up\` first`,
    "nothing-released",
  );
}
