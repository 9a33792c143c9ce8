import { Agent, request as httpRequest } from "node:http";

export interface LoadOptions {
  /** `http://host:port`. */
  readonly url: string;
  /** Connections; half of them are kept alive, half are new for each request. Default: 16. */
  readonly connections?: number;
  /** Upper bound of requests, so that a forgotten load ends. Default: 200,000. */
  readonly maximum?: number;
  /** Milliseconds that a request may take. Default: 30,000. */
  readonly timeoutMs?: number;
  /** true: every sixteenth connection asks for 1.5 s of work. Default: false. */
  readonly slow?: boolean;
  /** Stands before each id, to tell several loads apart. Default: `load`. */
  readonly prefix?: string;
}

export interface LoadResult {
  readonly requests: number;
  /** One line for each request that failed: its id and what happened. */
  readonly failures: readonly string[];
  /** Versions that answered, with how often. */
  readonly versions: Readonly<Record<string, number>>;
  /** Ids of all requests that were answered well. */
  readonly ids: readonly string[];
  /** Longest time between two good answers, milliseconds. */
  readonly longestGapMs: number;
  /** Longest that one request took, milliseconds. */
  readonly slowestMs: number;
}

export interface Load {
  /** Ends the load after the requests in flight and tells what happened. */
  readonly stop: () => Promise<LoadResult>;
}

const SLOW_MS = 1_500;
const METHODS = ["GET", "POST"] as const;

interface Tally {
  requests: number;
  readonly failures: string[];
  readonly versions: Record<string, number>;
  readonly ids: string[];
  lastGood: number;
  longestGapMs: number;
  slowestMs: number;
}

/**
 * Starts constant load: GET and POST by turns, on kept and on new connections, each request with an id
 * of its own. Loopback only; bounded by `maximum`. A failed request is never sent again.
 */
export function startLoad(options: LoadOptions): Load {
  const host = new URL(options.url).hostname;
  if (!["localhost", "127.0.0.1", "[::1]"].includes(host)) {
    throw new Error(`load goes to loopback only, not to ${host}`);
  }
  const tally: Tally = {
    requests: 0,
    failures: [],
    versions: {},
    ids: [],
    lastGood: performance.now(),
    longestGapMs: 0,
    slowestMs: 0,
  };
  let running = true;
  const connections = options.connections ?? 16;
  const maximum = options.maximum ?? 200_000;
  const lanes = Array.from({ length: connections }, async (_, lane) => {
    const keepAlive = lane % 2 === 0;
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    const path = options.slow === true && lane % 16 === 3 ? `/?ms=${SLOW_MS}&` : "/?";
    for (let count = 0; running && tally.requests < maximum; count += 1) {
      const id = `${options.prefix ?? "load"}-${lane}-${count}`;
      tally.requests += 1;
      const method = METHODS[(count + (lane >> 1)) % 2] ?? "GET";
      await send(options, agent, method, `${path}id=${id}`, id, tally);
    }
    agent.destroy();
  });
  return {
    stop: async () => {
      running = false;
      await Promise.all(lanes);
      return tally;
    },
  };
}

function send(
  options: LoadOptions,
  agent: Agent,
  method: (typeof METHODS)[number],
  path: string,
  id: string,
  tally: Tally,
): Promise<void> {
  const began = performance.now();
  return new Promise((resolve) => {
    let settled = false;
    const settle = (failure: string | undefined, version?: string): void => {
      if (settled) return;
      settled = true;
      note(tally, began, id, failure === undefined ? undefined : `${method} ${failure}`, version);
      // A short pause after a failure, so that a dead target is not hammered.
      setTimeout(resolve, failure === undefined ? 0 : 10);
    };
    const request = httpRequest(
      `${options.url}${path}`,
      { method, agent, timeout: options.timeoutMs ?? 30_000 },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("error", (error) => {
          settle(error.message);
        });
        response.on("close", () => {
          if (!response.complete) settle("answer was cut");
        });
        response.on("end", () => {
          if (response.statusCode !== 200) settle(`status ${response.statusCode ?? 0}`);
          else settle(undefined, versionOf(text));
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", (error) => {
      settle(error.message === "" ? String(error) : error.message);
    });
    request.end(method === "POST" ? JSON.stringify({ id }) : undefined);
  });
}

function note(
  tally: Tally,
  began: number,
  id: string,
  failure: string | undefined,
  version: string | undefined,
): void {
  const now = performance.now();
  if (failure !== undefined) {
    tally.failures.push(`${id}: ${failure} after ${(now - began).toFixed(0)} ms`);
    return;
  }
  tally.longestGapMs = Math.max(tally.longestGapMs, now - tally.lastGood);
  tally.slowestMs = Math.max(tally.slowestMs, now - began);
  tally.lastGood = now;
  tally.ids.push(id);
  const key = version ?? "unknown";
  tally.versions[key] = (tally.versions[key] ?? 0) + 1;
}

function versionOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const version = (value as { version?: unknown } | null)?.version;
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Ids that stand more than once in an application's own list. */
export function duplicatesOf(seen: readonly string[]): readonly string[] {
  const once = new Set<string>();
  return seen.filter((id) => {
    if (once.has(id)) return true;
    once.add(id);
    return false;
  });
}
