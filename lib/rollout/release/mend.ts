import { awaitGood, setRestartPolicy } from "../docker/containers";
import { coloured } from "../state/observed";
import { inParallel } from "../wait";
import { gateSeconds, tasksOf, type Release } from "./context";
import { findColour, removeSwitch } from "./lookup";
import { settle } from "./recover";
import { addServing, up, type Rendering } from "./render";

const WIDTH = 8;

/**
 * Brings back what serves: starts the stopped, makes the missing again, corrects restart policies. It
 * comes before anything new starts, so that no address of a live container is free (rule 13).
 */
export async function mend(release: Release): Promise<void> {
  const tasks = tasksOf(release, ({ planned }) => planned.action === "mend");
  if (tasks.length === 0) return;
  const rendering: Rendering = { services: {}, extraVolumes: {} };
  for (const task of tasks) {
    const [sibling] = coloured(release.host, task.planned.name, task.planned.to);
    if (sibling !== undefined) addServing(release, task, sibling, rendering);
  }
  release.report(`mending ${tasks.map(({ planned }) => planned.name).join(", ")}`, true);
  await up(release, rendering);
  const { docker } = release;
  await inParallel(tasks, WIDTH, async (task) => {
    const { planned, desired } = task;
    const found = await findColour(docker, release.desired.project, planned.name, planned.to);
    for (const { id, restartPolicy } of found) {
      if (restartPolicy !== desired.restartPolicy) {
        await setRestartPolicy(docker, id, desired.restartPolicy);
      }
    }
    const limit = gateSeconds(release, desired);
    await Promise.all(
      found.map(({ id }) => awaitGood(docker, id, desired.facts.gate, limit, release.signal)),
    );
    if (planned.switch === "remove") {
      await removeSwitch(docker, release.desired.project, planned.name);
    } else if (release.switches.has(planned.name) && planned.switch !== "replace") {
      // A release that died in between may have left its requests waiting.
      await settle(release, task);
    }
  });
}
