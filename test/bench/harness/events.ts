import type { Bench } from "./bench";

interface DockerEvent {
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string };
}

type Filters = Readonly<Record<string, readonly string[]>>;

/**
 * Follows the daemon's events from now on; of what was before it keeps only the last few hundred.
 * @returns ends it
 */
async function follow(
  { connection }: Bench,
  filters: Filters,
  onEvent: (event: DockerEvent) => void,
): Promise<() => void> {
  const answer = await connection.docker.getEvents({ filters: JSON.stringify(filters) });
  const stream = answer as NodeJS.ReadableStream & { destroy: () => void };
  let rest = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onEvent(JSON.parse(line) as DockerEvent);
  });
  stream.on("error", () => undefined);
  return () => {
    stream.destroy();
  };
}

/** The moment of Docker's last `healthy` among a project's containers. */
export interface Healthy {
  /** On the clock of `performance.now()`. */
  readonly at: () => number | undefined;
  readonly stop: () => void;
}

export async function observeHealthy(bench: Bench, project: string): Promise<Healthy> {
  const filters = { event: ["health_status"], label: [`bot-core.project=${project}`] };
  let at: number | undefined;
  const stop = await follow(bench, filters, ({ Action = "" }) => {
    if (Action.endsWith("health_status: healthy")) at = performance.now();
  });
  return { at: () => at, stop };
}

/** Names of the images that the daemon pulled while `work` ran. */
export async function pullsDuring(
  bench: Bench,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const names: string[] = [];
  const stop = await follow(bench, { type: ["image"], event: ["pull"] }, ({ Actor }) => {
    names.push(Actor?.ID ?? "");
  });
  try {
    await work();
  } finally {
    stop();
  }
  return names;
}
