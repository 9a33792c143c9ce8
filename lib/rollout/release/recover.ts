import { retire } from "../docker/containers";
import { otherColour } from "../labels";
import { activeColour, isGood } from "../state/observed";
import { backendsOf } from "../switch/config";
import { awaitDrained, awaitSlots, setHold } from "../switch/gate";
import { setState } from "../switch/runtime";
import { inParallel } from "../wait";
import { tasksOf, type Release, type Task } from "./context";
import { findColour } from "./lookup";

const WIDTH = 8;

/**
 * Finishes or undoes what an interrupted release left: each switch serves the colour of its file on
 * disk and no other, then the idle containers and the orphans go, by id.
 */
export async function recover(release: Release, interrupted: boolean): Promise<void> {
  const { plan, docker, host, desired } = release;
  if (interrupted || plan.leftovers.length > 0) await settleSwitches(release);
  await inParallel(plan.leftovers, WIDTH, async ({ id, why }) => {
    release.report(`removing ${why}`, false);
    const service = host.containers.find((container) => container.id === id)?.service ?? "";
    await retire(docker, id, desired.services[service]?.facts.stopGraceSeconds ?? GRACE_SECONDS);
  });
}

/** Docker's own stop grace. */
const GRACE_SECONDS = 10;

async function settleSwitches(release: Release): Promise<void> {
  const { host, switches } = release;
  const tasks = tasksOf(
    release,
    ({ planned }) =>
      switches.has(planned.name) && host.switches[planned.name]?.container.state === "running",
  );
  await inParallel(tasks, WIDTH, (task) => settle(release, task));
}

/**
 * Makes a running switch serve the colour of its file and no other. While nothing good serves it stays
 * as it is: held requests go on waiting for the release that follows.
 */
export async function settle(release: Release, { planned }: Task): Promise<void> {
  const { docker, host, desired, switches, signal } = release;
  const { name } = planned;
  const config = switches.config(name);
  const backends = backendsOf(config);
  const line = await switches.line(name);
  const active = activeColour(host, name);
  if (active === undefined) return;
  const containers = await findColour(docker, desired.project, name, active);
  if (containers.length === 0 || !containers.every(isGood)) return;
  await setState(line, backends, active, config.slots, "ready");
  await awaitSlots(line, { config, colour: active, containers }, "serving", signal).catch(
    () => undefined,
  );
  await setHold(line, config, false);
  const idle = otherColour(active);
  await setState(line, backends, idle, config.slots, "drain");
  await awaitDrained(line, config, idle, {
    drainSeconds: release.inputs.rollout.drainSeconds,
    signal,
  });
  await setState(line, backends, idle, config.slots, "maint");
}
