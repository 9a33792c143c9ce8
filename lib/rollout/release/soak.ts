import { UserError } from "../../errors";
import { diagnosis, whatIsBad } from "../docker/containers";
import { inspectContainer } from "../state/observe";
import { slotFault } from "../switch/gate";
import { readSlots } from "../switch/runtime";
import { sleep } from "../wait";
import { replaces } from "../plan/types";
import { tasksOf, type Release, type Task } from "./context";
import { findColour } from "./lookup";

const ASK_EVERY_MS = 500;

/**
 * Watches the new containers for `soakSeconds` while the old ones still stand by.
 * @throws UserError `container-not-good`, `switch-gate` at the first that fails
 */
export async function soak(release: Release): Promise<void> {
  const tasks = tasksOf(release, ({ planned }) => replaces(planned.action));
  const { soakSeconds } = release.inputs.rollout;
  if (tasks.length === 0) return;
  const end = Date.now() + soakSeconds * 1000;
  while (Date.now() < end) {
    const left = Math.ceil((end - Date.now()) / 1000);
    release.report(`watching the new containers, ${left} s left`, true);
    await Promise.all(tasks.map((task) => look(release, task)));
    await sleep(Math.min(ASK_EVERY_MS, Math.max(1, end - Date.now())), release.signal);
  }
}

async function look(release: Release, { planned, desired }: Task): Promise<void> {
  const { docker, switches } = release;
  const found = await findColour(docker, release.desired.project, planned.name, planned.to);
  if (found.length < desired.facts.replicas) {
    throw new UserError(`${planned.name}: a new container was removed`, "container-not-good");
  }
  for (const { id } of found) {
    const now = await inspectContainer(docker, id);
    const bad = now === undefined ? undefined : whatIsBad(now);
    if (now !== undefined && bad !== undefined) throw await diagnosis(docker, now, bad);
  }
  if (!desired.facts.fronted || !switches.has(planned.name)) return;
  const config = switches.config(planned.name);
  const slots = await readSlots(await switches.line(planned.name));
  const fault = slotFault(slots, { config, colour: planned.to, containers: found }, "serving");
  if (fault !== undefined) throw new UserError(`${planned.name}: ${fault}`, "switch-gate");
}
