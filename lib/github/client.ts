import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { messageOf, UserError } from "../errors";
import { isLoopback } from "../oci";
import { limitError, type Limited, limitWait, LONGEST_WAIT_MS, retryAfter } from "./limits";

/** A repository on GitHub, and who asks for it. */
export interface GithubAccess {
  /** Address of the API: `https://api.github.com`, or a GitHub Enterprise server's. */
  readonly api: string;
  /** `OWNER/NAME` */
  readonly repository: string;
  /** Never shown. */
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

const TIMEOUT_MS = 20_000;
const ATTEMPTS = 4;

/** Entries of a page of any list. */
const PAGE = 100;
/** GitHub shows no more than some thousand entries of a list. */
const MOST_PAGES = 50;

/**
 * One call of GitHub's API, again where GitHub asks to wait or fails for a moment. A POST that failed may
 * have been done all the same, so that it is not sent again: see `create`. The answer may be a refusal.
 * @throws UserError `github-unreachable`, `github-address`, `github-limited`
 */
export async function call(
  to: GithubAccess,
  method: "GET" | "POST" | "PATCH",
  path: string,
  content?: object,
): Promise<Answer> {
  let waited = 0;
  for (let attempt = 1; ; attempt += 1) {
    const { status, headers, json } = await send(to, method, path, content);
    const limit = limitWait({ status, headers, json }, Date.now());
    const failed = status >= 500 && method !== "POST" ? (retryAfter(headers) ?? 0) : undefined;
    const asked = limit ?? failed;
    if (asked === undefined) return { status, json };
    const wait = Math.max(asked, 250 * 2 ** attempt);
    waited += wait;
    if (attempt >= ATTEMPTS || waited > LONGEST_WAIT_MS) {
      if (limit !== undefined) throw limitError({ status, json }, Date.now() + wait);
      return { status, json };
    }
    await sleep(wait);
  }
}

/**
 * All entries of a list, page after page, as they are asked for.
 * @param list path of the list, without `page`
 * @param accept as `accepted` of the thing that is asked for
 */
export async function* entriesOf<T>(
  to: GithubAccess,
  list: string,
  entry: z.ZodType<T>,
  accept: (answer: Answer) => Answer,
): AsyncGenerator<T, void> {
  const separator = list.includes("?") ? "&" : "?";
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await call(to, "GET", `${list}${separator}per_page=${PAGE}&page=${page}`);
    const entries = z.array(entry).parse(accept(answer).json);
    yield* entries;
    if (entries.length < PAGE) return;
  }
}

async function send(
  to: GithubAccess,
  method: string,
  path: string,
  content?: object,
): Promise<Limited> {
  const url = new URL(apiOf(to) + path);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${to.token}`,
        "content-type": "application/json",
        "user-agent": "bot-core",
        "x-github-api-version": "2022-11-28",
      },
      // The token goes to this server alone.
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
    const json: unknown = await response.json().catch(() => undefined);
    return { status: response.status, headers: response.headers, json };
  } catch (error) {
    const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new UserError(
      `GitHub's API at ${to.api} cannot be reached: ${messageOf(reason)}; check GITHUB_API_URL and the network`,
      "github-unreachable",
    );
  }
}

function apiOf({ api }: GithubAccess): string {
  const url = URL.canParse(api) ? new URL(api) : undefined;
  const safe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.host));
  if (safe) return api.replace(/\/+$/, "");
  throw new UserError(
    `GITHUB_API_URL is \`${api}\`; allowed is an https address, e.g. https://api.github.com`,
    "github-address",
  );
}

const Refusal = z.object({ message: z.string() });

/** What is asked for, for the message of a refusal. */
export interface Wish {
  /** E.g. `the comment on OWNER/NAME#17`. */
  readonly what: string;
  /** What to do about a status. */
  readonly mends: Readonly<Record<number, string>>;
}

/** @throws UserError `github-refused` with GitHub's own words and what to do, unless it says yes */
export function accepted(answer: Answer, { what, mends }: Wish): Answer {
  const { status, json } = answer;
  if (status >= 200 && status < 300) return answer;
  const words = Refusal.safeParse(json).data?.message ?? "no reason given";
  const mend = mends[status] ?? "try again later";
  throw new UserError(
    `GitHub refuses ${what} (${status}: ${words.slice(0, 300)}); ${mend}`,
    "github-refused",
  );
}
