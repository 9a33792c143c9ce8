import {
  activeColour,
  coloured,
  isGood,
  type ObservedContainer,
  type ObservedHost,
} from "../lib/rollout/state/observed";

/** One service as it runs, told from the host alone. */
export interface ServiceStatus {
  readonly name: string;
  /** The version whose release last replaced its containers. Empty: unknown. */
  readonly version: string;
  /** `sha256:…` of the image. Empty: unknown. */
  readonly digest: string;
  /**
   * `healthy`, `running` (no health check), `starting`, `ended` (as a job does: with exit code 0 and
   * nothing that restarts it); or what is wrong: `unhealthy`, `stopped`, `missing`, `switch down`.
   */
  readonly health: string;
  /** When the oldest of its containers started, RFC 3339. Absent: none runs. */
  readonly since?: string;
  /** Absent: made by plain Compose, before the first release. */
  readonly colour?: string;
  readonly containers: number;
  readonly urls: readonly string[];
}

const GOOD = new Set(["healthy", "running", "ended"]);

/** true: nothing is wrong with it. `starting` is not good yet. */
export function isServiceGood({ health }: ServiceStatus): boolean {
  return GOOD.has(health);
}

/** The services that the last release recorded and those that have containers, by name. */
export function serviceStatuses(host: ObservedHost): readonly ServiceStatus[] {
  const recorded = Object.keys(host.records.at(-1)?.services ?? {});
  const running = host.containers
    .filter(({ role }) => role === "colour" || role === "plain")
    .map(({ service }) => service);
  return [...new Set([...recorded, ...running])].sort().map((name) => statusOf(name, host));
}

function statusOf(name: string, host: ObservedHost): ServiceStatus {
  const colour = activeColour(host, name);
  const serving = colour === undefined ? plainOnes(name, host) : coloured(host, name, colour);
  const recorded = host.records.at(-1)?.services[name];
  const started = serving
    .filter(({ state }) => state === "running")
    .map(({ startedAt }) => startedAt);
  const front = host.switches[name]?.container;
  return {
    name,
    version: serving[0]?.version ?? recorded?.version ?? "",
    digest: serving[0]?.digest ?? recorded?.digest ?? "",
    health: front !== undefined && !isGood(front) ? "switch down" : healthOf(serving),
    ...(started.length === 0 ? {} : { since: new Date(Math.min(...started)).toISOString() }),
    ...(colour === undefined ? {} : { colour }),
    containers: serving.length,
    urls: urlsOf([...(front === undefined ? [] : [front]), ...serving]),
  };
}

function plainOnes(name: string, host: ObservedHost): readonly ObservedContainer[] {
  return host.containers.filter(({ role, service }) => role === "plain" && service === name);
}

function healthOf(serving: readonly ObservedContainer[]): string {
  if (serving.length === 0) return "missing";
  if (serving.every(hasEnded)) return "ended";
  if (serving.some(({ state }) => state !== "running")) return "stopped";
  if (serving.some(({ health }) => health === "unhealthy")) return "unhealthy";
  if (!serving.every(isGood)) return "starting";
  return serving.some(({ health }) => health !== undefined) ? "healthy" : "running";
}

function hasEnded({ state, exitCode, restartPolicy }: ObservedContainer): boolean {
  return state === "exited" && exitCode === 0 && restartPolicy === "no";
}

function urlsOf(containers: readonly ObservedContainer[]): readonly string[] {
  const urls = containers
    .flatMap(({ published }) => published)
    .map(({ hostIp, port }) => {
      const local = ["", "0.0.0.0", "::", "127.0.0.1", "::1"].includes(hostIp);
      return `http://${local ? "localhost" : hostIp}:${port}`;
    });
  return [...new Set(urls)].sort();
}
