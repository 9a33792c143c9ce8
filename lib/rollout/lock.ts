import type Docker from "dockerode";
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { UserError } from "../errors";
import { LABEL, lockName } from "./labels";
import { ignoreMissing } from "./state/records";
import type { Report } from "./report";

/** Who runs this: for messages, and to know a dead predecessor on the same machine. */
export interface Owner {
  readonly who: string;
  readonly machine: string;
  readonly pid: number;
  /** Tells a process from a later one with the same number. */
  readonly started: string;
}

export interface Lock {
  /** A lock that is gone is no failure; an unreachable host is. */
  readonly release: () => Promise<void>;
  /** true: it was taken over from a holder that is gone, whose release may be half done. */
  readonly takenOver: boolean;
}

/** Locks of releases that run in this process: one that could not be freed is nobody's. */
const held = new Set<string>();

export interface LockOptions {
  readonly project: string;
  /** Any image of the host; nothing of it runs. */
  readonly image: string;
  /** Seconds after which the lock counts as abandoned. */
  readonly deadlineSeconds: number;
  readonly report: Report;
  readonly owner?: Owner;
}

/** This process. */
export function thisOwner(): Owner {
  return {
    who: `${userInfo().username}@${hostname()}`,
    machine: `${hostname()} ${firstLine("/proc/sys/kernel/random/boot_id")}`,
    pid: process.pid,
    started: startOf(process.pid),
  };
}

/**
 * Takes the project's lock: a created, never started container whose fixed name Docker gives out once.
 * A holder on this machine whose process is gone, and one past its deadline, is taken over from.
 * @throws UserError `rollout-locked` with who holds it, since when, and how to break it
 */
export async function acquireLock(docker: Docker, options: LockOptions): Promise<Lock> {
  const owner = options.owner ?? thisOwner();
  for (let takenOver = false; ; takenOver = true) {
    const id = await tryCreate(docker, options, owner);
    if (id !== undefined) {
      held.add(id);
      const release = async (): Promise<void> => {
        held.delete(id);
        await docker.getContainer(id).remove({ force: true }).catch(ignoreMissing);
      };
      return { takenOver, release };
    }
    const holder = await readLock(docker, options.project);
    if (holder === undefined) continue;
    const reason = takenOver ? undefined : abandoned(holder, owner);
    if (reason === undefined) throw lockedError(options.project, holder);
    options.report(`taking over the lock of ${holder.owner.who}: ${reason}`, false);
    await docker.getContainer(holder.id).remove({ force: true }).catch(ignoreMissing);
  }
}

export interface LockHolder {
  readonly id: string;
  readonly owner: Owner;
  /** RFC 3339, UTC. */
  readonly since: string;
  readonly deadline: string;
}

/** Who holds the lock; undefined where nobody does. */
export async function readLock(docker: Docker, project: string): Promise<LockHolder | undefined> {
  try {
    const { Id, Config } = await docker.getContainer(lockName(project)).inspect();
    const labels = Config.Labels;
    return {
      id: Id,
      owner: parseOwner(labels[LABEL.owner]),
      since: labels[LABEL.since] ?? "an unknown time",
      deadline: labels[LABEL.deadline] ?? "",
    };
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}

async function tryCreate(
  docker: Docker,
  { project, image, deadlineSeconds }: LockOptions,
  owner: Owner,
): Promise<string | undefined> {
  const now = Date.now();
  try {
    const { id } = await docker.createContainer({
      name: lockName(project),
      Image: image,
      Cmd: ["true"],
      Labels: {
        [LABEL.project]: project,
        [LABEL.role]: "lock",
        [LABEL.owner]: JSON.stringify(owner),
        [LABEL.since]: new Date(now).toISOString(),
        [LABEL.deadline]: new Date(now + deadlineSeconds * 1000).toISOString(),
      },
      HostConfig: { NetworkMode: "none" },
    });
    return id;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 409) return undefined;
    throw error;
  }
}

function abandoned(holder: LockHolder, me: Owner): string | undefined {
  const { owner } = holder;
  if (owner.machine === me.machine && startOf(owner.pid) !== owner.started) {
    return `its process ${owner.pid} on this machine is gone`;
  }
  if (owner.machine === me.machine && owner.pid === me.pid && !held.has(holder.id)) {
    return "its release has ended without the host";
  }
  return Date.parse(holder.deadline) < Date.now() ? "its deadline has passed" : undefined;
}

function lockedError(project: string, { owner, since, deadline }: LockHolder): UserError {
  return new UserError(
    `another release of ${project} is running: ${owner.who} (process ${owner.pid}) holds the lock since ` +
      `${since}, until ${deadline} at most; wait for it, or, if you know that it is dead, break the lock ` +
      "with `npx bot-core unlock` and run again",
    "rollout-locked",
  );
}

function parseOwner(text: string | undefined): Owner {
  try {
    // Our own label: only tryCreate writes it.
    return JSON.parse(text ?? "") as Owner;
  } catch {
    return { who: "an unknown user", machine: "", pid: 0, started: "" };
  }
}

/** Whether the process that holds a lock runs on this machine now. */
export function isOwnerAlive({ machine, pid, started }: Owner): boolean {
  return machine === thisOwner().machine && startOf(pid) === started;
}

/** When a process started, in clock ticks since boot; empty where it does not run. */
function startOf(pid: number): string {
  const stat = firstLine(`/proc/${pid}/stat`);
  if (stat !== "") return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  try {
    process.kill(pid, 0);
    return "running";
  } catch {
    return "";
  }
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, "utf8").split("\n", 1)[0] ?? "";
  } catch {
    return "";
  }
}
