/** Spare slots cost nothing: a name that resolves to fewer addresses leaves them empty. */
const LEAST_SLOTS = 4;

/**
 * Server slots a colour for this many replicas (rule 14: replicas beyond the slots get nothing,
 * silently). There are a few to spare, because more slots mean that the switch restarts.
 */
export function slotsFor(replicas: number): number {
  return Math.max(LEAST_SLOTS, replicas);
}
