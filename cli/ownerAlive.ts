import { readFileSync } from "node:fs";
import { thisOwner, type Owner } from "../lib/rollout/lock";

/** Whether the process that holds a lock runs on this machine now. */
export function isOwnerAlive({ machine, pid, started }: Owner): boolean {
  return machine === thisOwner().machine && startOf(pid) === started;
}

/** As lib/rollout/lock notes it: clock ticks since boot; `running` where the system does not tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
