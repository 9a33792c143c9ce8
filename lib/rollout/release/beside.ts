import { UserError } from "../../errors";
import { awaitGood } from "../docker/containers";
import { otherColour } from "../labels";
import { coloured, type ObservedContainer } from "../state/observed";
import { backendsOf } from "../switch/config";
import { awaitSlots } from "../switch/gate";
import { setState } from "../switch/runtime";
import { inParallel } from "../wait";
import { gateSeconds, startsBeside, tasksOf, type Release, type Task } from "./context";
import { findColour, removeColour } from "./lookup";
import { addColour, up, type Rendering } from "./render";
import { switchIsUsable } from "./switches";

const WIDTH = 8;

/** The gated containers of each service that was started. */
export type Gated = Map<string, readonly ObservedContainer[]>;

/**
 * Starts the idle colours of all changed start-first services at once and waits until every container
 * is good by Docker's health and by the switch's own connection (rule 12). Nothing serves from them yet.
 */
export async function startBeside(release: Release): Promise<Gated> {
  const tasks = tasksOf(release, startsBeside);
  const gated: Gated = new Map();
  if (tasks.length === 0) return gated;
  await reviveServing(release, tasks);
  const rendering: Rendering = { services: {}, extraVolumes: {} };
  const names = tasks.map((task) => addColour(release, task, rendering));
  for (const task of tasks) pushRemoval(release, task);
  await inParallel(tasks.filter(switchIsUsable), WIDTH, (task) => openChecks(release, task));
  const list = tasks.map(({ planned }) => planned.name).join(", ");
  release.report(`starting ${list} beside what serves`, true);
  await up(release, rendering, names);
  release.report(`waiting until ${list} are healthy`, true);
  await inParallel(tasks, tasks.length, async (task) => {
    gated.set(task.planned.name, await gate(release, task));
  });
  return gated;
}

/** The new colour's way back: out of its switch, then away. */
export function pushRemoval(release: Release, { planned, desired }: Task): void {
  const { docker, switches, undo } = release;
  undo.push(`removing the new containers of ${planned.name}`, async () => {
    await removeColour(
      docker,
      release.desired.project,
      planned.name,
      planned.to,
      Math.min(desired.facts.stopGraceSeconds, UNDO_GRACE_SECONDS),
    );
    if (switches.has(planned.name)) {
      const config = switches.config(planned.name);
      const line = await switches.line(planned.name);
      await setState(line, backendsOf(config), planned.to, config.slots, "maint");
    }
  });
}

/** New containers that never served need no long grace; an interrupted run has seconds. */
const UNDO_GRACE_SECONDS = 5;

/** In `drain` the checks run and no traffic comes; `maint` would prove nothing (rule 12). */
export async function openChecks(release: Release, { planned }: Task): Promise<void> {
  const config = release.switches.config(planned.name);
  const line = await release.switches.line(planned.name);
  await setState(line, backendsOf(config), planned.to, config.slots, "drain");
}

/**
 * Waits until a task's new containers are good and, behind a switch, reachable at exactly their
 * addresses (rule 13).
 * @throws UserError `container-not-good`, `switch-gate`
 */
export async function gate(release: Release, task: Task): Promise<readonly ObservedContainer[]> {
  const { docker, switches, signal } = release;
  const { planned, desired } = task;
  const found = await findColour(docker, release.desired.project, planned.name, planned.to);
  if (found.length !== desired.facts.replicas) {
    throw new UserError(
      `${planned.name}: ${found.length} of ${desired.facts.replicas} containers were made`,
      "container-not-good",
    );
  }
  const limit = gateSeconds(release, desired);
  const containers = await Promise.all(
    found.map(({ id }) => awaitGood(docker, id, desired.facts.gate, limit, signal)),
  );
  if (switchIsUsable(task)) {
    const side = { config: switches.config(planned.name), colour: planned.to, containers };
    await awaitSlots(await switches.line(planned.name), side, "reachable", signal);
  }
  return containers;
}

/**
 * All that serves runs before a batch comes up: Docker gives the address of a stopped container to the
 * next one, which may be another service's (rule 13). A container that cannot start is what the
 * release replaces, so a failure here is none.
 */
async function reviveServing({ docker, host }: Release, tasks: readonly Task[]): Promise<void> {
  const stopped = tasks.flatMap(({ planned }) =>
    coloured(host, planned.name, otherColour(planned.to)).filter(
      ({ state }) => state === "exited" || state === "created",
    ),
  );
  await inParallel(stopped, WIDTH, async ({ id }) => {
    await docker
      .getContainer(id)
      .start()
      .catch(() => undefined);
  });
}
