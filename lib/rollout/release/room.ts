import { UserError } from "../../errors";
import { execIn } from "../docker/exec";
import { startsBeside, tasksOf, type Release } from "./context";

/** Left free for the host itself. */
const MEMORY_RESERVE_BYTES = 128 * 2 ** 20;

/**
 * Both colours have to fit: refuse rather than let the kernel kill what serves. Counted by memory
 * limits; services without one count nothing, and the free memory is read inside a running switch,
 * because Docker's API does not tell it.
 * @throws UserError `host-memory`
 */
export async function checkRoom(release: Release): Promise<void> {
  const wanted = tasksOf(release, startsBeside).reduce(
    (bytes, { desired }) => bytes + (desired.facts.memoryLimitBytes ?? 0) * desired.facts.replicas,
    0,
  );
  if (wanted === 0) return;
  const free = await freeMemory(release);
  if (free === undefined || free - MEMORY_RESERVE_BYTES >= wanted) return;
  throw new UserError(
    `the new containers may take ${mebibytes(wanted)} MiB beside the ones that serve, and the host has ` +
      `${mebibytes(free)} MiB free; free memory there, lower \`deploy.resources.limits.memory\`, or use ` +
      "`order: stop-first` with `x-hold: true`",
    "host-memory",
  );
}

async function freeMemory({ docker, host }: Release): Promise<number | undefined> {
  const running = Object.values(host.switches).find(
    ({ container }) => container.state === "running",
  );
  if (running === undefined) return ((await docker.info()) as { MemTotal?: number }).MemTotal;
  const { output } = await execIn(docker, running.container.id, ["cat", "/proc/meminfo"]);
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(output)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
