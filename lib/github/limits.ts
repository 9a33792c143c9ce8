import { z } from "zod";
import { UserError } from "../errors";

/** How long one call waits for GitHub at most, all its waits together: a runner is paid by the minute. */
export const LONGEST_WAIT_MS = 3 * 60_000;

/** What GitHub asks for at least where it names no time. */
const UNNAMED_WAIT_MS = 60_000;

/** The part of an answer that tells of a limit. */
export interface Limited {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  readonly json: unknown;
}

const Words = z.object({ message: z.string() });

/**
 * How long GitHub wants to be left alone, where it says that there were too many calls. It says so by
 * 429, and as often by 403, which without these signs means a missing permission.
 * @returns milliseconds; undefined: no limit is what the answer is about
 */
export function limitWait({ status, headers, json }: Limited, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const asked = retryAfter(headers);
  if (asked !== undefined) return asked;
  if (headers.get("x-ratelimit-remaining") === "0") {
    const reset = Number(headers.get("x-ratelimit-reset") ?? NaN) * 1000;
    return Number.isFinite(reset) ? Math.max(0, reset - now) : UNNAMED_WAIT_MS;
  }
  // A secondary limit has no headers of its own.
  const told = /rate limit|abuse detection/i.test(Words.safeParse(json).data?.message ?? "");
  return status === 429 || told ? UNNAMED_WAIT_MS : undefined;
}

/** Milliseconds that the header `retry-after` asks for; undefined where there is none. */
export function retryAfter(headers: Pick<Headers, "get">): number | undefined {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = Number(text);
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : UNNAMED_WAIT_MS;
}

/** @param until milliseconds since the epoch */
export function limitError({ status, json }: Omit<Limited, "headers">, until: number): UserError {
  const words = Words.safeParse(json).data?.message ?? "no reason given";
  // Up to the next whole second: a run just before it would be refused again.
  const time = new Date(Math.ceil(until / 1000) * 1000).toISOString().replace(".000Z", "Z");
  return new UserError(
    `GitHub takes no more calls with this token for now (${status}: ${words.slice(0, 300)}); run again after ${time}`,
    "github-limited",
  );
}
