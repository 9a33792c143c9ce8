import { setTimeout as sleep } from "node:timers/promises";
import { type HttpResponse, TransportError } from "./transport";

/** How often and how long a request is tried again. Milliseconds. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly retries: number;
  /** Wait before the first repetition; doubled at each further one. */
  readonly backoffMs: number;
  /** No repetition starts later than this after the first attempt. */
  readonly totalMs: number;
}

/** A registry that asks for a longer wait is given up at once instead of keeping the user waiting. */
const MAX_WAIT_MS = 30_000;
const RETRIED_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const RETRIED_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "TIMEOUT",
]);

/**
 * Sends until an answer is worth keeping. All requests of the client may be repeated: manifests are
 * content-addressed, and an upload that was started twice expires at the registry.
 * @returns the last answer, whatever its status
 * @throws TransportError of the last attempt
 */
export async function withRetries(
  policy: RetryPolicy,
  send: () => Promise<HttpResponse>,
  signal?: AbortSignal,
): Promise<HttpResponse> {
  const started = Date.now();
  for (let attempt = 0; ; attempt++) {
    const outcome = await send().catch((error: unknown) => error);
    const wait = waitAfter(outcome, policy.backoffMs * 2 ** attempt);
    const late = wait === undefined || Date.now() - started + wait > policy.totalMs;
    if (wait === undefined || late || attempt >= policy.retries) {
      if (isResponse(outcome)) return outcome;
      throw outcome;
    }
    await sleep(wait, undefined, signal === undefined ? {} : { signal }).catch(() => {
      throw new TransportError("interrupted", "ABORTED");
    });
  }
}

function isResponse(outcome: unknown): outcome is HttpResponse {
  return !(outcome instanceof Error);
}

/** Milliseconds to wait before the next attempt; undefined: the outcome is final. */
export function waitAfter(outcome: unknown, backoffMs: number): number | undefined {
  if (outcome instanceof TransportError) {
    return RETRIED_CODES.has(outcome.code) ? backoffMs : undefined;
  }
  if (!isResponse(outcome) || !RETRIED_STATUS.has(outcome.status)) return undefined;
  const asked = retryAfterMs(outcome.headers["retry-after"]);
  if (asked !== undefined && asked > MAX_WAIT_MS) return undefined;
  return Math.max(asked ?? 0, backoffMs);
}

/** Retry-After as seconds or as a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
