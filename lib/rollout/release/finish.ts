import { keepTag } from "../docker/keep";
import { retire } from "../docker/containers";
import { otherColour } from "../labels";
import { replaces } from "../plan/types";
import { coloured } from "../state/observed";
import {
  previousVersion,
  writeRecord,
  type GenerationRecord,
  type RecordedService,
} from "../state/records";
import { backendsOf } from "../switch/config";
import { setState } from "../switch/runtime";
import { inParallel } from "../wait";
import { thisOwner } from "../lock";
import { tasksOf, type Release, type Task } from "./context";
import { findColour, removeSwitch } from "./lookup";

const WIDTH = 8;

/** Takes away what the new release replaced: out of the switch, stopped with its grace, removed by id. */
export async function retireOld(release: Release): Promise<void> {
  const tasks = tasksOf(
    release,
    ({ planned }) => replaces(planned.action) || planned.action === "job",
  );
  await inParallel(tasks, WIDTH, async (task) => {
    const { planned, desired } = task;
    const old = [
      ...coloured(release.host, planned.name, planned.from).map(({ id }) => id),
      ...planned.plain,
    ];
    if (old.length > 0) release.report(`retiring the old containers of ${planned.name}`, true);
    await closeOld(release, task);
    await Promise.all(old.map((id) => retire(release.docker, id, desired.facts.stopGraceSeconds)));
    if (planned.switch === "remove") {
      await removeSwitch(release.docker, release.desired.project, planned.name);
    }
  });
}

/** Retired slots go to `maint`: their addresses may soon be another service's (rule 13). */
async function closeOld({ switches }: Release, { planned }: Task): Promise<void> {
  if (!switches.has(planned.name)) return;
  const config = switches.config(planned.name);
  const line = await switches.line(planned.name);
  await setState(line, backendsOf(config), otherColour(planned.to), config.slots, "maint");
}

/** Records the release that is complete, and tags its images so that Docker's prune keeps them. */
export async function record(release: Release): Promise<GenerationRecord> {
  const { docker, desired, plan, host } = release;
  const services: Record<string, RecordedService> = { ...untouched(release) };
  await inParallel(
    tasksOf(release, () => true),
    WIDTH,
    async ({ planned, desired: service }) => {
      const [live] = await findColour(docker, desired.project, planned.name, planned.to);
      services[planned.name] = {
        version: live?.version ?? desired.version,
        digest: service.digest ?? "",
        spec: service.spec ?? "",
        configuration: service.configuration,
        image: service.pinned ?? "",
      };
    },
  );
  await Promise.all(
    Object.entries(services).map(([name, { image }]) =>
      keepTag(docker, desired.project, name, plan.generation, image),
    ),
  );
  const previous = previousVersion(host.records, desired.version);
  const entry: GenerationRecord = {
    generation: plan.generation,
    version: desired.version,
    ...(desired.revision === undefined ? {} : { revision: desired.revision }),
    ...(previous === undefined ? {} : { previousVersion: previous }),
    at: new Date().toISOString(),
    who: thisOwner().who,
    services: Object.fromEntries(Object.entries(services).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  await writeRecord(docker, desired.project, release.switchImage, entry);
  return entry;
}

/** Services that this run does not deploy stand in the record as they did. */
function untouched({ desired, host }: Release): Readonly<Record<string, RecordedService>> {
  const last = host.records.at(-1);
  return desired.partial && last !== undefined ? last.services : {};
}
