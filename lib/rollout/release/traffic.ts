import { stopForGood, revive } from "../docker/containers";
import { backendsOf } from "../switch/config";
import { awaitDrained, awaitSlots, open } from "../switch/gate";
import { setState } from "../switch/runtime";
import { coloured } from "../state/observed";
import { inParallel } from "../wait";
import type { Gated } from "./beside";
import { startsBeside, tasksOf, type Release, type Task } from "./context";
import { replaceSwitch, switchIsUsable } from "./switches";

const WIDTH = 8;
/** A way back is taken when something is wrong: what hangs on the new colour gets this long. */
const UNDO_DRAIN_SECONDS = 3;

/**
 * Moves the traffic of all services, callees before callers, a few milliseconds each; then the files on
 * disk say so; then the old colours drain (rule 7).
 */
export async function moveTraffic(release: Release, gated: Gated): Promise<void> {
  const tasks = tasksOf(release, (task) => startsBeside(task) && task.desired.facts.fronted);
  for (const task of tasks) {
    const containers = gated.get(task.planned.name) ?? [];
    if (switchIsUsable(task)) {
      pushSwapBack(release, task);
      const config = release.switches.config(task.planned.name);
      const line = await release.switches.line(task.planned.name);
      const began = performance.now();
      await open(line, { config, colour: task.planned.to, containers }, release.signal);
      const took = (performance.now() - began).toFixed(0);
      release.report(
        `${task.planned.name}: traffic moved to ${task.planned.to} in ${took} ms`,
        true,
      );
    } else {
      await stopPlain(release, task);
      await replaceSwitch(release, task, containers);
    }
  }
  await inParallel(tasks.filter(switchIsUsable), WIDTH, ({ planned }) =>
    release.switches.write(planned.name, { active: planned.to }),
  );
  await drain(release, tasks);
}

/** Replaces the switches of services that stay as they are. */
export async function replaceSwitches(release: Release): Promise<void> {
  const tasks = tasksOf(
    release,
    ({ planned }) => planned.action === "mend" && planned.switch === "replace",
  );
  for (const task of tasks) {
    release.report(`${task.planned.name}: restarting its switch`, true);
    const serving = coloured(release.host, task.planned.name, task.planned.to);
    await replaceSwitch(release, task, serving);
  }
}

async function drain(release: Release, tasks: readonly Task[]): Promise<void> {
  const { drainSeconds } = release.inputs.rollout;
  const draining = tasks.filter((task) => switchIsUsable(task) && task.planned.from !== undefined);
  await inParallel(draining, draining.length, async ({ planned }) => {
    if (planned.from === undefined) return;
    const config = release.switches.config(planned.name);
    const line = await release.switches.line(planned.name);
    await setState(line, backendsOf(config), planned.from, config.slots, "drain");
    release.report(`${planned.name}: draining the old containers`, true);
    const limit = { drainSeconds, signal: release.signal };
    const cut = await awaitDrained(line, config, planned.from, limit);
    if (cut > 0) {
      release.report(
        `${planned.name}: ${cut} connections were still open after ${drainSeconds} s and were cut`,
        false,
      );
    }
  });
}

/** Swap back: the old colour serves again, the file says so, then the new one drains. */
function pushSwapBack(release: Release, { planned }: Task): void {
  const { switches, host, undo } = release;
  const { name, from, to } = planned;
  undo.push(`moving the traffic of ${name} back`, async (signal) => {
    if (from === undefined) return;
    const config = switches.config(name);
    const line = await switches.line(name);
    await setState(line, backendsOf(config), from, config.slots, "ready");
    const old = { config, colour: from, containers: coloured(host, name, from) };
    await awaitSlots(line, old, "serving", signal).catch(() => undefined);
    if (config.active !== from) await switches.write(name, { active: from });
    await setState(line, backendsOf(config), to, config.slots, "drain");
    await awaitDrained(line, config, to, { drainSeconds: UNDO_DRAIN_SECONDS, signal });
  });
}

/** Plain Compose's containers hold the ports that the switch needs. They stay, stopped, for a way back. */
export async function stopPlain(release: Release, { planned, desired }: Task): Promise<void> {
  for (const id of planned.plain) {
    const policy = release.host.containers.find((container) => container.id === id)?.restartPolicy;
    release.undo.push(`starting the old container of ${planned.name}`, () =>
      revive(release.docker, id, policy ?? "no"),
    );
    await stopForGood(release.docker, id, desired.facts.stopGraceSeconds);
  }
}
