import type Docker from "dockerode";
import { UserError } from "../../errors";
import { retire } from "../docker/containers";
import { LABEL, type Colour } from "../labels";
import { inspectContainer } from "../state/observe";
import type { ObservedContainer } from "../state/observed";

/** Our containers with these labels, as they are now. */
export async function findOurs(
  docker: Docker,
  project: string,
  labels: Readonly<Record<string, string>>,
): Promise<readonly ObservedContainer[]> {
  const label = Object.entries({ [LABEL.project]: project, ...labels }).map(
    ([key, value]) => `${key}=${value}`,
  );
  const found = await docker.listContainers({ all: true, filters: { label } });
  const inspected = await Promise.all(found.map(({ Id }) => inspectContainer(docker, Id)));
  return inspected
    .filter((container) => container !== undefined)
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function findColour(
  docker: Docker,
  project: string,
  service: string,
  colour: Colour,
): Promise<readonly ObservedContainer[]> {
  return findOurs(docker, project, {
    [LABEL.role]: "colour",
    [LABEL.service]: service,
    [LABEL.colour]: colour,
  });
}

/** @throws UserError `switch-missing` */
export async function findSwitch(
  docker: Docker,
  project: string,
  service: string,
): Promise<ObservedContainer> {
  const [found] = await findOurs(docker, project, {
    [LABEL.role]: "switch",
    [LABEL.service]: service,
  });
  if (found === undefined) {
    throw new UserError(
      `the switch of ${service} was removed meanwhile; run again`,
      "switch-missing",
    );
  }
  return found;
}

export async function removeColour(
  docker: Docker,
  project: string,
  service: string,
  colour: Colour,
  graceSeconds: number,
): Promise<void> {
  const found = await findColour(docker, project, service, colour);
  await Promise.all(found.map(({ id }) => retire(docker, id, graceSeconds)));
}

export async function removeSwitch(
  docker: Docker,
  project: string,
  service: string,
): Promise<void> {
  const found = await findOurs(docker, project, {
    [LABEL.role]: "switch",
    [LABEL.service]: service,
  });
  await Promise.all(found.map(({ id }) => retire(docker, id, SWITCH_GRACE_SECONDS)));
}

/** HAProxy ends at once on SIGTERM. */
export const SWITCH_GRACE_SECONDS = 2;
