import type Docker from "dockerode";
import type { Gate } from "../../compose/model";
import { UserError } from "../../errors";
import { ignoreMissing } from "../state/records";
import { inspectContainer } from "../state/observe";
import type { ObservedContainer } from "../state/observed";
import { poll } from "../wait";
import { bytesOf, demultiplexed } from "./stream";

const LOG_LINES = 20;
const ASK_EVERY_MS = 200;

/** The last lines that a container printed. */
export async function lastLines(docker: Docker, id: string, lines = LOG_LINES): Promise<string[]> {
  const answer = await docker
    .getContainer(id)
    .logs({ stdout: true, stderr: true, tail: lines, follow: false })
    .catch(() => Buffer.alloc(0));
  const text = demultiplexed(Buffer.isBuffer(answer) ? answer : await bytesOf(answer));
  return text.split("\n").filter((line) => line !== "");
}

/** What the last health probe printed; undefined without one. */
async function lastProbe(docker: Docker, id: string): Promise<string | undefined> {
  const info = await docker
    .getContainer(id)
    .inspect()
    .catch(() => undefined);
  const probe = info?.State.Health?.Log.at(-1);
  return probe === undefined ? undefined : `exit code ${probe.ExitCode}: ${probe.Output.trim()}`;
}

/** The fault of a container that did not become good, with all that helps to mend it. */
export async function diagnosis(
  docker: Docker,
  container: Pick<ObservedContainer, "id" | "name" | "service">,
  what: string,
): Promise<UserError> {
  const [lines, probe] = await Promise.all([
    lastLines(docker, container.id),
    lastProbe(docker, container.id),
  ]);
  const text = [
    `${container.service}: ${what}`,
    ...(probe === undefined ? [] : [`  last health probe: ${probe}`]),
    lines.length === 0
      ? `  ${container.name} printed nothing`
      : `  last lines of ${container.name}:`,
    ...lines.map((line) => `    ${line}`),
  ];
  return new UserError(text.join("\n"), "container-not-good");
}

/**
 * Waits until a container is good: healthy, or running long enough where it has no health check.
 * A container that ends, restarts or turns unhealthy is given up at once.
 * @throws UserError `container-not-good`
 */
export async function awaitGood(
  docker: Docker,
  id: string,
  gate: Gate,
  limitSeconds: number,
  signal: AbortSignal,
): Promise<ObservedContainer> {
  let last: ObservedContainer | undefined;
  const good = await poll(
    async () => {
      last = await inspectContainer(docker, id);
      if (last === undefined) throw new UserError(`container ${id} is gone`, "container-not-good");
      const bad = whatIsBad(last);
      if (bad !== undefined) throw await diagnosis(docker, last, bad);
      return isGateOpen(last, gate) ? last : undefined;
    },
    { signal, limitMs: limitSeconds * 1000, everyMs: ASK_EVERY_MS },
  );
  if (good !== undefined) return good;
  const name = { id, name: last?.name ?? id, service: last?.service ?? id };
  throw await diagnosis(docker, name, `did not become healthy within ${limitSeconds} s`);
}

/** Why a new container is given up; undefined while there is hope. */
export function whatIsBad(container: ObservedContainer): string | undefined {
  if (container.restarts > 0) return `restarted ${container.restarts} times while it came up`;
  if (container.state === "exited" || container.state === "dead") {
    return `ended with exit code ${container.exitCode}`;
  }
  return container.health === "unhealthy" ? "became unhealthy" : undefined;
}

function isGateOpen(container: ObservedContainer, gate: Gate): boolean {
  if (container.state !== "running") return false;
  if (container.health !== undefined) return container.health === "healthy";
  if (gate.kind === "health") return false;
  return Date.now() - container.startedAt >= gate.forSeconds * 1000;
}

/**
 * Takes a container out of service for good: no restart policy that would bring it back after a
 * reboot, then the stop signal and its grace, then removal by id. Volumes stay.
 */
export async function retire(docker: Docker, id: string, graceSeconds: number): Promise<void> {
  await stopForGood(docker, id, graceSeconds);
  await docker.getContainer(id).remove({ force: true, v: false }).catch(ignoreMissing);
}

/** Stops a container and keeps it. */
export async function stopForGood(docker: Docker, id: string, graceSeconds: number): Promise<void> {
  const container = docker.getContainer(id);
  await container.update({ RestartPolicy: { Name: "no" } }).catch(ignoreMissing);
  await container.stop({ t: Math.ceil(graceSeconds) }).catch(ignoreStopped);
}

/** Starts a stopped container again, with the restart policy that it is to have. */
export async function revive(docker: Docker, id: string, restartPolicy: string): Promise<void> {
  const container = docker.getContainer(id);
  await container.start().catch(ignoreStopped);
  await setRestartPolicy(docker, id, restartPolicy);
}

/** @param policy as in a Compose file: `always`, `on-failure:3` */
export async function setRestartPolicy(docker: Docker, id: string, policy: string): Promise<void> {
  const [name = "no", retries] = policy.split(":");
  await docker
    .getContainer(id)
    .update({ RestartPolicy: { Name: name, MaximumRetryCount: Number(retries ?? "0") } });
}

/** 304: it is in the wanted state already; 404: it is gone. */
function ignoreStopped(error: unknown): void {
  const code = (error as { statusCode?: number }).statusCode;
  if (code !== 304 && code !== 404) throw error;
}
