import { UserError } from "../errors";

/** The fault of a run that was interrupted. */
export function interrupted(): UserError {
  return new UserError("the release was interrupted", "rollout-interrupted");
}

/** Throws where the run was interrupted. */
export function checkAborted(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted();
}

/**
 * Waits, unless interrupted.
 * @throws UserError `rollout-interrupted`
 */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(interrupted());
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(interrupted());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

export interface PollOptions {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  readonly everyMs: number;
}

/** Asks until `probe` gives a value; undefined where none came within `limitMs`. */
export async function poll<T>(
  probe: () => Promise<T | undefined>,
  { signal, limitMs, everyMs }: PollOptions,
): Promise<T | undefined> {
  const end = Date.now() + limitMs;
  for (;;) {
    checkAborted(signal);
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() >= end) return undefined;
    await sleep(Math.min(everyMs, Math.max(1, end - Date.now())), signal);
  }
}

/** Runs `work` for all items, at most `width` at once; the first failure is thrown after all ended. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
        queue.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
