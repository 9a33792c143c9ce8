import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";
import { messageOf, UserError } from "../../errors";

/** An HTTP API that answers in JSON, with the login's header. */
export interface RestOptions {
  /** Address that paths are taken from, e.g. `https://api.github.com`. */
  readonly api: string;
  /** Name for messages, e.g. `GitHub`. */
  readonly name: string;
  /** Headers of each request; asked for each time, so that a token may be renewed. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  /** What mends a refused login or a missing right. */
  readonly mend: string;
  readonly signal?: AbortSignal;
  /** Milliseconds before the first repetition, then doubled. Default: 500. */
  readonly backoffMs?: number;
}

export interface RestCall {
  readonly method?: "GET" | "POST" | "DELETE";
  /** A path below the API's address, or an address that the API gave. */
  readonly target: string;
  /** What is being done, for messages, e.g. ``list `shop/web` ``. */
  readonly doing: string;
  readonly body?: unknown;
  /** Further statuses that are answers. Default: none but 2xx. */
  readonly answers?: readonly number[];
}

export interface RestAnswer {
  readonly status: number;
  /** Undefined where there is no JSON. */
  readonly body: unknown;
  /** Address of the next page (RFC 8288), on the API's own origin. */
  readonly next?: string;
}

const TIMEOUT_MS = 30_000;
const RETRIES = 4;
const BACKOFF_MS = 500;
/** Who asks for a longer wait is given up at once instead of keeping the user waiting. */
const LONGEST_WAIT_MS = 60_000;
const MAX_BYTES = 32 * 1024 * 1024;
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);
/** A list that goes on longer is taken for endless. */
export const MAX_PAGES = 1000;

/** Requests to one API with retries, and errors by kind; no secret is in any of them. */
export class RestClient {
  public constructor(private readonly options: RestOptions) {}

  /**
   * @throws UserError `registry-unauthorized`, `registry-denied`, `registry-unreachable`,
   *   `registry-answer`, `registry-aborted`
   */
  public async request(call: RestCall): Promise<RestAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.send(call).catch((error: unknown) => error as Error);
      const wait = waitAfter(response, (this.options.backoffMs ?? BACKOFF_MS) * 2 ** attempt);
      if (wait === undefined || attempt >= RETRIES) {
        if (response instanceof Response) return this.answer(call, response);
        throw this.unreachable(call, response);
      }
      await sleep(wait, undefined, { signal: this.options.signal }).catch(() => {
        throw this.aborted(call);
      });
    }
  }

  /** The answer in the shape that is expected. @throws UserError `registry-answer` for another one */
  public parse<T>(call: RestCall, schema: z.ZodType<T>, { body }: RestAnswer): T {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const where = issue === undefined ? "" : ` (${issue.path.join(".")}: ${issue.message})`;
    throw this.unexpected(call, `it is not as documented${where}`);
  }

  /** @throws UserError for a list whose pages do not end */
  public endless(call: RestCall): UserError {
    return this.unexpected(call, "its pages do not end");
  }

  private async send(call: RestCall): Promise<Response> {
    const { method = "GET", target, body } = call;
    const { api, headers, signal } = this.options;
    const own = new URL(target, api);
    if (own.origin !== new URL(api).origin) {
      throw this.unexpected(call, `it leads on to ${own.origin}`);
    }
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    return fetch(own, {
      method,
      redirect: "error",
      headers: {
        "user-agent": "bot-core",
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(await headers()),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  }

  private async answer(call: RestCall, response: Response): Promise<RestAnswer> {
    const { status, ok } = response;
    const text = await textOf(response).catch((error: unknown) => {
      throw this.unexpected(call, messageOf(error));
    });
    const body = jsonOf(text);
    if (ok || call.answers?.includes(status) === true) {
      const next = nextOf(response.headers.get("link"), response.url);
      return { status, body, ...(next === undefined ? {} : { next }) };
    }
    const words = wordsOf(body, text);
    const { name, mend } = this.options;
    if (status === 401) {
      const what = `${name} refuses the login for: ${call.doing}${words}; ${mend}`;
      throw new UserError(what, "registry-unauthorized");
    }
    if (status === 403) {
      const what = `${name} does not let this login ${call.doing}${words}; ${mend}`;
      throw new UserError(what, "registry-denied");
    }
    throw this.unexpected(call, `status ${status}${words}`);
  }

  private unreachable(call: RestCall, error: unknown): UserError {
    if (error instanceof UserError) return error;
    if (this.options.signal?.aborted === true) return this.aborted(call);
    const { name, api } = this.options;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return new UserError(
      `${name} (${new URL(api).host}) cannot be reached to ${call.doing}: ${messageOf(cause)}; ` +
        "check this machine's network and try again",
      "registry-unreachable",
      { cause: error },
    );
  }

  private aborted({ doing }: RestCall): UserError {
    return new UserError(`interrupted while it was to ${doing}`, "registry-aborted");
  }

  private unexpected({ doing }: RestCall, what: string): UserError {
    return new UserError(
      `unexpected answer of ${this.options.name} to the attempt to ${doing}: ${what}; try again later`,
      "registry-answer",
    );
  }
}

/** Milliseconds before the next attempt; undefined: this outcome is final. */
function waitAfter(outcome: unknown, backoffMs: number): number | undefined {
  if (!(outcome instanceof Response)) {
    // fetch throws a TypeError for broken connections, and other errors for what will not change.
    return outcome instanceof TypeError && outcome.cause !== undefined ? backoffMs : undefined;
  }
  if (!RETRIED.has(outcome.status)) return undefined;
  const asked = askedWait(outcome.headers);
  if (asked > LONGEST_WAIT_MS) return undefined;
  return Math.max(asked, backoffMs);
}

/** Retry-After (RFC 9110, 10.2.3), or X-Retry-After of Docker Hub: seconds since the epoch. */
function askedWait(headers: Headers): number {
  const after = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(after)) return Number(after) * 1000;
  const until = after === "" ? Number(headers.get("x-retry-after")) * 1000 : Date.parse(after);
  return Number.isNaN(until) ? 0 : Math.max(0, until - Date.now());
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function nextOf(link: string | null, from: string): string | undefined {
  const next = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? "")?.[1];
  return next === undefined ? undefined : new URL(next, from).href;
}

const MAX_WORDS = 300;

/** The API's own words for a refusal, on one line. */
function wordsOf(body: unknown, text: string): string {
  const given = body as {
    message?: unknown;
    error?: { message?: unknown };
    detail?: unknown;
  } | null;
  const words = [given?.error?.message, given?.message, given?.detail].find(
    (one): one is string => typeof one === "string",
  );
  const line = (words ?? text).replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line === "" ? "" : ` (${line.slice(0, MAX_WORDS)})`;
}
