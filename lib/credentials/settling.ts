import { setTimeout as sleep } from "node:timers/promises";

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 5_000;
const firstRefusals = new Map<string, number>();

/** For how long a refusal may come of a right that was given moments ago, and which errors are one. */
export interface Settling {
  /** Who is refused; the time counts once a process from its first refusal. */
  readonly key: string;
  readonly limitMs: number;
  readonly isRefusal: (error: unknown) => boolean;
}

/**
 * Tries again while a refusal may be the clouds' delay: identities and rights take seconds until
 * every part of them knows. Any other error, and a refusal past the limit, is final.
 * @throws the last error of `attempt`
 */
export async function whileSettling<T>(
  { key, limitMs, isRefusal }: Settling,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
    try {
      const result = await attempt();
      firstRefusals.delete(key);
      return result;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const first = firstRefusals.get(key) ?? Date.now();
      firstRefusals.set(key, first);
      if (Date.now() + wait > first + limitMs) throw error;
      await sleep(wait);
    }
  }
}
