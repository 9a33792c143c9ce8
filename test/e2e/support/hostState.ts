import { run } from "../../../lib/process/run";
import type { Project } from "./project";

/** One container of a project as Docker has it. */
export interface HostContainer {
  readonly id: string;
  readonly name: string;
  /** `colour`, `switch`, `lock`, `record`. */
  readonly role: string;
  readonly service: string;
  readonly version: string;
  /** `running`, `exited`, … */
  readonly state: string;
  readonly startedAt: string;
  /** As the container was made from it: `repository@digest`. */
  readonly image: string;
}

/** Every container of ours on the host, running or not, by name. */
export async function containersOf({ name }: Project): Promise<readonly HostContainer[]> {
  const listed = await docker("ps", "-aq", "--filter", `label=bot-core.project=${name}`);
  const ids = listed.split("\n").filter((line) => line !== "");
  if (ids.length === 0) return [];
  // Docker's own answer.
  const found = JSON.parse(await docker("inspect", ...ids)) as Inspected[];
  return found
    .map(({ Id, Name, State, Config }) => ({
      id: Id,
      name: Name.replace(/^\//, ""),
      role: Config.Labels["bot-core.role"] ?? "",
      service: Config.Labels["bot-core.service"] ?? "",
      version: Config.Labels["bot-core.version"] ?? "",
      state: State.Status,
      startedAt: State.StartedAt,
      image: Config.Image,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Status: string; readonly StartedAt: string };
  readonly Config: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> };
}

/** The containers that run the services themselves. */
export async function applicationsOf(project: Project): Promise<readonly HostContainer[]> {
  return (await containersOf(project)).filter(({ role }) => role === "colour");
}

/** Digest of the platform's manifest that each service runs, by service. */
export async function runningDigests(project: Project): Promise<Readonly<Record<string, string>>> {
  const running = await applicationsOf(project);
  return Object.fromEntries(running.map(({ service, image }) => [service, digestOf(image)]));
}

/** Identity and start of each container but those of one service; unchanged where none was touched. */
export async function untouchedBut(project: Project, service: string): Promise<readonly string[]> {
  const all = await containersOf(project);
  return all
    .filter((one) => ["colour", "switch"].includes(one.role))
    .filter((one) => one.role === "switch" || one.service !== service)
    .map(({ name, id, startedAt }) => `${name} ${id} ${startedAt}`);
}

/** Names of a project's volumes. */
export async function volumesOf({ name }: Project): Promise<readonly string[]> {
  const listed = await docker("volume", "ls", "-q", "--filter", `name=^${name}_`);
  return listed.split("\n").filter((line) => line !== "");
}

/** Runs the docker program and returns what it printed. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args, { timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

function digestOf(reference: string): string {
  return reference.slice(reference.indexOf("@") + 1);
}
