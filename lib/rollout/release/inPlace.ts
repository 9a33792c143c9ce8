import { objectOf, textOf } from "../../compose/json";
import { awaitGood, revive, stopForGood } from "../docker/containers";
import type { Colour } from "../labels";
import { coloured, type ObservedContainer } from "../state/observed";
import { backendsOf } from "../switch/config";
import { awaitDrained, awaitSlots, open, setHold } from "../switch/gate";
import { setState } from "../switch/runtime";
import { gate, openChecks, pushRemoval } from "./beside";
import { gateSeconds, stopsBefore, tasksOf, type Release, type Task } from "./context";
import { findColour } from "./lookup";
import { addColour, up, type Rendering } from "./render";
import { replaceSwitch, switchIsUsable } from "./switches";
import { stopPlain } from "./traffic";

/**
 * Replaces the services that must not run twice, callees before callers: the old container stops and
 * stays, the new one starts and is gated, and the old one comes back if the new one is not good.
 */
export async function replaceInPlace(release: Release): Promise<void> {
  for (const task of tasksOf(release, stopsBefore)) {
    const { name } = task.planned;
    const held = switchIsUsable(task) ? task.planned.from : undefined;
    release.report(`${name}: recreating${held === undefined ? "" : ", its requests wait"}`, true);
    const old = coloured(release.host, name, task.planned.from);
    if (held !== undefined) await holdRequests(release, task, held);
    await stopOld(release, task, old);
    pushRemoval(release, task);
    const rendering: Rendering = { services: {}, extraVolumes: {} };
    const rendered = addColour(release, task, rendering);
    if (switchIsUsable(task)) await openChecks(release, task);
    await up(release, rendering, [rendered]);
    const containers = await gate(release, task);
    if (switchIsUsable(task)) await serveFromNew(release, task, containers);
    else if (task.desired.facts.fronted) await replaceSwitch(release, task, containers);
  }
}

/** New requests wait at the closed hold port; those in progress end on the old container. */
async function holdRequests(release: Release, task: Task, from: Colour): Promise<void> {
  const { planned } = task;
  const { switches, undo, signal } = release;
  const config = switches.config(planned.name);
  const line = await switches.line(planned.name);
  undo.push(`letting the requests of ${planned.name} through`, async (late) => {
    const again = await switches.line(planned.name);
    await setState(again, backendsOf(config), from, config.slots, "ready");
    // Whatever became of the old container: a request must not wait for nobody.
    await awaitOld(release, task, from, late).catch(() => undefined);
    await setHold(again, config, false);
  });
  await setHold(line, config, true);
  await setState(line, backendsOf(config), from, config.slots, "drain");
  const { drainSeconds } = release.inputs.rollout;
  await awaitDrained(line, config, from, { drainSeconds, signal });
}

/** Waits until the old containers serve; their addresses may be new after the restart. */
async function awaitOld(
  release: Release,
  { planned }: Task,
  from: Colour,
  signal: AbortSignal,
): Promise<void> {
  const { docker, switches, desired } = release;
  const config = switches.config(planned.name);
  const containers = await findColour(docker, desired.project, planned.name, from);
  const side = { config, colour: from, containers };
  await awaitSlots(await switches.line(planned.name), side, "serving", signal);
}

async function stopOld(
  release: Release,
  task: Task,
  old: readonly ObservedContainer[],
): Promise<void> {
  const { docker, undo } = release;
  const { facts, restartPolicy } = task.desired;
  await stopPlain(release, task);
  for (const { id, name } of old) {
    undo.push(`starting the old container of ${facts.name}`, async (signal) => {
      await revive(docker, id, restartPolicy);
      await awaitGood(docker, id, facts.gate, gateSeconds(release, task.desired), signal);
    });
    await stopForGood(docker, id, facts.stopGraceSeconds);
    if (fixedName(release, facts.name) === name) await stepAside(release, id, name);
  }
}

function fixedName(release: Release, service: string): string | undefined {
  return textOf(objectOf(release.model.services[service]?.definition).container_name);
}

/** `container_name` is free for the new container while the old one waits under another. */
async function stepAside(release: Release, id: string, name: string): Promise<void> {
  const container = release.docker.getContainer(id);
  release.undo.push(`giving the name ${name} back`, async () => {
    await container.rename({ name });
  });
  await container.rename({ name: `${name}-replaced-${release.plan.generation}` });
}

async function serveFromNew(
  release: Release,
  { planned }: Task,
  containers: readonly ObservedContainer[],
): Promise<void> {
  const { switches, undo, signal } = release;
  const config = switches.config(planned.name);
  const line = await switches.line(planned.name);
  const side = { config, colour: planned.to, containers };
  undo.push(`letting the requests of ${planned.name} wait`, async (late) => {
    const again = await switches.line(planned.name);
    await setHold(again, config, true);
    await switches.write(planned.name, { active: planned.from });
    await setState(again, backendsOf(config), planned.to, config.slots, "drain");
    await awaitDrained(again, config, planned.to, { drainSeconds: 3, signal: late });
  });
  await open(line, side, signal);
  await setHold(line, config, false);
  await switches.write(planned.name, { active: planned.to });
}
