import { bytesOf } from "../../../../lib/rollout/docker/stream";
import type { Lab } from "./lab";

/** Containers of a project as `docker ps -a` has them, by name. */
export async function containersOf(lab: Lab): Promise<Map<string, { id: string; state: string }>> {
  const found = await lab.connection.docker.listContainers({
    all: true,
    filters: { label: [`bot-core.project=${lab.project}`] },
  });
  return new Map(
    found.map(({ Names, Id, State }) => [
      (Names[0] ?? "").replace(/^\//, ""),
      { id: Id, state: State },
    ]),
  );
}

/** Names of the containers that are there for a service, its switch included. */
export async function namesOf(lab: Lab, role: string): Promise<string[]> {
  const found = await lab.connection.docker.listContainers({
    all: true,
    filters: { label: [`bot-core.project=${lab.project}`, `bot-core.role=${role}`] },
  });
  return found.map(({ Names }) => (Names[0] ?? "").replace(/^\//, "")).sort();
}

/** Actions of Docker on containers, networks, volumes and images while `work` runs. */
export async function eventsDuring(lab: Lab, work: () => Promise<unknown>): Promise<string[]> {
  const since = Date.now() / 1000;
  await work();
  // With an `until` in the past Docker answers and ends.
  const range = { since, until: Date.now() / 1000 };
  const stream: NodeJS.ReadableStream = await lab.connection.docker.getEvents(range);
  return (await bytesOf(stream))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as DockerEvent)
    .filter(({ Action, Actor }) => isOurs(lab.project, Action, Actor))
    .map(({ Type, Action, Actor }) => `${Type} ${Action} ${Actor.Attributes.name ?? ""}`);
}

interface DockerEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/** Health probes are Docker's own; other projects on the daemon are none of ours. */
function isOurs(project: string, action: string, actor: DockerEvent["Actor"]): boolean {
  const text = JSON.stringify(actor);
  const reading = ["archive-path", "mount", "unmount", "top"].includes(action);
  return text.includes(project) && !reading && !/^(exec|health)_/.test(action);
}

export async function answer(url: string): Promise<{ version: string; from: string | null }> {
  const response = await fetch(url, { headers: { connection: "close" } });
  // The test application answers in this shape.
  return (await response.json()) as { version: string; from: string | null };
}
