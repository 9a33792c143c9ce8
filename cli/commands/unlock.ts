import type Docker from "dockerode";
import { UserError } from "../../lib/errors";
import { isOwnerAlive, readLock, type LockHolder } from "../../lib/rollout/lock";
import { ignoreMissing } from "../../lib/rollout/state/records";
import type { HostTarget } from "../../lib/resources/composeHost";
import type { Command, Outcome } from "../command";
import { onHost } from "../stack";
import { plain } from "../terminal";
import { timeOf } from "../words";
import { holderFacts } from "./status";

/** `bot-core unlock`: breaks the lock that a dead release has left on the host. */
export const unlock: Command = {
  summary: "break the lock that a dead release has left on the host",
  description:
    "Says whom it unlocks. A holder on this machine whose process still runs is left\n" +
    "alone: end that process, or wait for it. Of a holder on another machine nothing\n" +
    "can be known from here: ask whoever is named. The next `pulumi up` finishes or\n" +
    "undoes what was left half done. The stack's own lock is `pulumi cancel`'s.",
  force: "break the lock although its holder runs; two releases may then collide",
  exitCodes: {
    good: "the lock is broken, or there was none",
    fault: "its holder is alive, or the host cannot be asked",
  },
  run: ({ force, ...invocation }) =>
    onHost({ force, ...invocation }, ({ docker }, target) => breakLock(docker, target, force)),
};

/**
 * Removes exactly the lock that it has looked at: one that another release takes meanwhile stays.
 * @throws UserError `lock-alive` where the holder runs on this machine, unless forced
 */
export async function breakLock(
  docker: Docker,
  { project, address }: HostTarget,
  force: boolean,
  isAlive: (holder: LockHolder) => boolean = ({ owner }) => isOwnerAlive(owner),
): Promise<Outcome> {
  const holder = await readLock(docker, project);
  if (holder !== undefined) {
    if (!force && isAlive(holder)) throw aliveError(project, holder);
    await docker.getContainer(holder.id).remove({ force: true }).catch(ignoreMissing);
  }
  return {
    exitCode: 0,
    json: { project, address, unlocked: holder === undefined ? null : holderFacts(holder) },
    text: () =>
      holder === undefined
        ? `${project} on ${address} is not locked`
        : plain(`${project} on ${address} is unlocked; the lock was ${ownedBy(holder)}`),
  };
}

function ownedBy({ owner, since }: LockHolder): string {
  return `${owner.who}'s (process ${owner.pid}), since ${timeOf(since)} UTC`;
}

function aliveError(project: string, holder: LockHolder): UserError {
  return new UserError(
    plain(
      `the lock of ${project} is ${ownedBy(holder)}, and that process runs on this machine: wait ` +
        `for it, or end it by \`kill ${holder.owner.pid}\`, which undoes its release; ` +
        "`npx bot-core unlock --force` breaks the lock all the same",
    ),
    "lock-alive",
  );
}
