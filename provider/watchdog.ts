/** How the watchdog sees the world; tests give their own. */
export interface Watched {
  /** Process id of the parent, as it is now. */
  readonly parent: () => number;
  /** false: the engine's address cannot be reached just now. */
  readonly engineReachable: () => boolean;
  /** Time between two looks in milliseconds. Default 500. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 500;
/** A single failed look may be a reconnection. */
const LOOKS_UNTIL_GONE = 3;

/**
 * Calls `onGone` once when the process that started this one has ended, or the engine has not been
 * reachable for three looks. A CLI that is killed does not stop its plugins: they live on as
 * orphans and would go on switching traffic.
 * @returns stops the watch
 */
export function watch(watched: Watched, onGone: (reason: string) => void): () => void {
  const parent = watched.parent();
  let unreachable = 0;
  const timer = setInterval(() => {
    unreachable = watched.engineReachable() ? 0 : unreachable + 1;
    const orphaned = watched.parent() !== parent;
    if (!orphaned && unreachable < LOOKS_UNTIL_GONE) return;
    clearInterval(timer);
    onGone(orphaned ? "the Pulumi CLI has ended" : "the Pulumi engine is not reachable");
  }, watched.intervalMs ?? INTERVAL_MS);
  return () => {
    clearInterval(timer);
  };
}
