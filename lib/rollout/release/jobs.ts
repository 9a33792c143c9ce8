import { UserError } from "../../errors";
import { diagnosis } from "../docker/containers";
import { inspectContainer } from "../state/observe";
import { poll } from "../wait";
import { tasksOf, type Release, type Task } from "./context";
import { findColour } from "./lookup";
import { pushRemoval } from "./beside";
import { addColour, up, type Rendering } from "./render";

/** Seconds that a job may take where `rollout.timeoutSeconds` says nothing. */
const JOB_LIMIT_SECONDS = 600;

/**
 * Runs the one-off jobs of the new release to their end, one after another, before any new container
 * starts. Each runs once for its content.
 * @throws UserError `container-not-good` with the job's last lines
 */
export async function runJobs(release: Release): Promise<void> {
  for (const task of tasksOf(release, ({ planned }) => planned.action === "job")) {
    release.report(`running ${task.planned.name}`, true);
    await runJob(release, task);
  }
}

async function runJob(release: Release, task: Task): Promise<void> {
  const { docker, signal, inputs } = release;
  const { name, to } = task.planned;
  pushRemoval(release, task);
  const rendering: Rendering = { services: {}, extraVolumes: {} };
  await up(release, rendering, [addColour(release, task, rendering)]);
  const [job] = await findColour(docker, release.desired.project, name, to);
  if (job === undefined) throw new UserError(`${name}: the job was not made`, "container-not-good");
  const limitSeconds = inputs.rollout.timeoutSeconds ?? JOB_LIMIT_SECONDS;
  const code = await poll(
    async () => {
      const now = await inspectContainer(docker, job.id);
      return now?.state === "exited" || now?.state === "dead" ? now.exitCode : undefined;
    },
    { signal, limitMs: limitSeconds * 1000, everyMs: 100 },
  );
  if (code === undefined) {
    throw await diagnosis(docker, job, `did not end within ${limitSeconds} s`);
  }
  if (code !== 0) throw await diagnosis(docker, job, `the job ended with exit code ${code}`);
}
