import type Docker from "dockerode";
import { retire, revive } from "../docker/containers";
import type { Colour } from "../labels";
import type { DesiredService } from "../plan/types";
import type { ObservedContainer } from "../state/observed";
import type { SwitchConfig } from "../switch/config";
import { seedSwitchConfig } from "../switch/file";
import { awaitSlots } from "../switch/gate";
import { slotsFor } from "../switch/slots";
import { inParallel } from "../wait";
import { tasksOf, type Release, type Task } from "./context";
import { findSwitch, removeSwitch, SWITCH_GRACE_SECONDS } from "./lookup";
import { addSwitch, up, type Rendering } from "./render";
import { recreate } from "./recreate";

const WIDTH = 8;

/** true: the switch that is there can gate and move the new colour; else it comes anew. */
export function switchIsUsable({ planned, desired }: Task): boolean {
  if (!desired.facts.fronted || planned.switch === "replace") return false;
  return planned.switch !== "create" || planned.plain.length === 0;
}

/** The file of a service's switch with one colour serving. */
export function switchConfig(
  { facts }: Pick<DesiredService, "facts">,
  active: Colour | undefined,
): SwitchConfig {
  return {
    service: facts.name,
    active,
    slots: slotsFor(facts.replicas),
    ports: facts.ports,
    hold: facts.strategy === "hold",
  };
}

/**
 * Brings up the switches that are missing or stopped. The file is on disk before they start, with the
 * colour that serves now, if any (rule 7).
 */
export async function bringUpSwitches(release: Release): Promise<void> {
  const { docker, desired, undo, host } = release;
  const stopped = tasksOf(release, ({ planned }) => planned.switch === "start");
  await inParallel(stopped, WIDTH, async ({ planned }) => {
    const live = host.switches[planned.name];
    if (live !== undefined) await revive(docker, live.container.id, "unless-stopped");
  });
  const missing = tasksOf(
    release,
    (task) => task.planned.switch === "create" && switchIsUsable(task),
  );
  if (missing.length === 0) return;
  const rendering: Rendering = { services: {}, extraVolumes: {} };
  await inParallel(missing, WIDTH, async (task) => {
    const config = switchConfig(task.desired, task.planned.from);
    const limits = await seedSwitchConfig(docker, release.switchImage, desired.project, config);
    addSwitch(release, task.desired, rendering, limits);
  });
  for (const { planned } of missing) {
    if (planned.from !== undefined) continue;
    undo.push(`removing the switch of ${planned.name}`, async () => {
      await release.switches.drop(planned.name);
      await removeSwitch(docker, desired.project, planned.name);
    });
  }
  await up(release, rendering);
  await inParallel(missing, WIDTH, async (task) => {
    const { id } = await findSwitch(docker, desired.project, task.planned.name);
    await release.switches.put(
      task.planned.name,
      id,
      switchConfig(task.desired, task.planned.from),
    );
  });
}

/**
 * Replaces a service's switch, or starts its first one in the place of plain Compose's containers: its
 * ports blink. `serving` is gated before; the new switch starts with it active.
 */
export async function replaceSwitch(
  release: Release,
  task: Task,
  serving: readonly ObservedContainer[],
): Promise<void> {
  const { docker, desired, undo, switches, host } = release;
  const { name, to } = task.planned;
  const old = host.switches[name];
  const before =
    old === undefined ? undefined : await docker.getContainer(old.container.id).inspect();
  const config = switchConfig(task.desired, to);
  undo.push(`bringing the switch of ${name} back`, async () => {
    await switches.drop(name);
    await removeSwitch(docker, desired.project, name);
    if (before !== undefined && old !== undefined) {
      await bringBack(release, before, old.config ?? { ...config, active: task.planned.from });
    }
  });
  const limits = await seedSwitchConfig(docker, release.switchImage, desired.project, config);
  await switches.drop(name);
  if (old !== undefined) await retire(docker, old.container.id, SWITCH_GRACE_SECONDS);
  const rendering: Rendering = { services: {}, extraVolumes: {} };
  addSwitch(release, task.desired, rendering, limits);
  await up(release, rendering);
  const { id } = await findSwitch(docker, desired.project, name);
  await switches.put(name, id, config);
  const side = { config, colour: to, containers: serving };
  await awaitSlots(await switches.line(name), side, "serving", release.signal);
}

async function bringBack(
  release: Release,
  before: Docker.ContainerInspectInfo,
  config: SwitchConfig,
): Promise<void> {
  const { docker, desired, switches } = release;
  await seedSwitchConfig(docker, before.Image, desired.project, config);
  const id = await recreate(docker, before);
  await switches.put(config.service, id, config);
}
