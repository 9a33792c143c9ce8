import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { messageOf, UserError } from "../errors";
import { isLoopback } from "../oci";

/** Which pull request is commented on, and as whom. */
export interface PullRequest {
  /** Address of the API: `https://api.github.com`, or a GitHub Enterprise server's. */
  readonly api: string;
  /** `OWNER/NAME` */
  readonly repository: string;
  readonly number: number;
  /** Token with the right to write the pull request's comments. Never shown. */
  readonly token: string;
}

export interface Written {
  readonly action: "created" | "updated" | "unchanged";
  /** Web address of the comment. */
  readonly url: string;
}

const Comment = z.object({ id: z.number(), html_url: z.string(), body: z.string().nullish() });
type Comment = z.infer<typeof Comment>;

const PAGE = 100;
/** GitHub shows no more than some thousand comments; a pull request with more has other troubles. */
const MOST_PAGES = 50;
const TIMEOUT_MS = 20_000;
const ATTEMPTS = 4;
const LONGEST_WAIT_MS = 30_000;

/**
 * Writes the comment that starts with `marker`, or updates the one that is there. What is there
 * already, word for word, is left alone.
 * @throws UserError `github-*` with GitHub's own words and what to do
 */
export async function writeComment(
  to: PullRequest,
  marker: string,
  body: string,
): Promise<Written> {
  const issue = `/repos/${to.repository}/issues/${to.number}/comments`;
  const own = await findComment(to, issue, marker);
  if (own?.body?.replaceAll("\r\n", "\n") === body) {
    return { action: "unchanged", url: own.html_url };
  }
  if (own !== undefined) {
    const path = `/repos/${to.repository}/issues/comments/${own.id}`;
    const answer = await call(to, "PATCH", path, { body });
    // Somebody else's comment with our marker: ours is written beside it.
    if (answer.status !== 403 && answer.status !== 404) {
      return { action: "updated", url: Comment.parse(accepted(to, answer).json).html_url };
    }
  }
  const answer = accepted(to, await call(to, "POST", issue, { body }));
  return { action: "created", url: Comment.parse(answer.json).html_url };
}

async function findComment(
  to: PullRequest,
  issue: string,
  marker: string,
): Promise<Comment | undefined> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const path = `${issue}?per_page=${PAGE}&page=${page}`;
    const comments = z.array(Comment).parse(accepted(to, await call(to, "GET", path)).json);
    const own = comments.find(({ body }) => body?.startsWith(marker) === true);
    if (own !== undefined || comments.length < PAGE) return own;
  }
  return undefined;
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

async function call(
  to: PullRequest,
  method: "GET" | "POST" | "PATCH",
  path: string,
  content?: object,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(to, method, path, content);
    const wait = waitOf(response, attempt);
    if (wait === undefined || attempt >= ATTEMPTS) {
      const json: unknown = await response.json().catch(() => undefined);
      return { status: response.status, json };
    }
    await response.body?.cancel();
    await sleep(wait);
  }
}

async function send(
  to: PullRequest,
  method: string,
  path: string,
  content?: object,
): Promise<Response> {
  const url = new URL(apiOf(to) + path);
  try {
    return await fetch(url, {
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
  } catch (error) {
    const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new UserError(
      `GitHub's API at ${to.api} cannot be reached: ${messageOf(reason)}; check GITHUB_API_URL and the network`,
      "github-unreachable",
    );
  }
}

function apiOf({ api }: PullRequest): string {
  const url = URL.canParse(api) ? new URL(api) : undefined;
  const safe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.host));
  if (safe) return api.replace(/\/+$/, "");
  throw new UserError(
    `GITHUB_API_URL is \`${api}\`; allowed is an https address, e.g. https://api.github.com`,
    "github-address",
  );
}

/** Milliseconds until it may be tried again; undefined where the answer is final. */
function waitOf({ status, headers }: Response, attempt: number): number | undefined {
  const limited = status === 429 || (status === 403 && headers.get("retry-after") !== null);
  if (!limited && status < 500) return undefined;
  const asked = Number(headers.get("retry-after") ?? 0) * 1000;
  const wait = Math.max(Number.isFinite(asked) ? asked : 0, 250 * 2 ** attempt);
  return wait > LONGEST_WAIT_MS ? undefined : wait;
}

const Refusal = z.object({ message: z.string() });
const MENDS: Readonly<Record<number, string>> = {
  401: "GITHUB_TOKEN is not valid or has expired: give the workflow's own token",
  403: "the token may not write comments: give the job `permissions: pull-requests: write`",
  404: "check repository and pull request, and that the token may read them",
};

function accepted({ repository, number }: PullRequest, answer: Answer): Answer {
  const { status, json } = answer;
  if (status >= 200 && status < 300) return answer;
  const words = Refusal.safeParse(json).data?.message ?? "no reason given";
  const mend = MENDS[status] ?? "try again later";
  throw new UserError(
    `GitHub refuses the comment on ${repository}#${number} (${status}: ${words.slice(0, 300)}); ${mend}`,
    "github-refused",
  );
}
