import {
  dayOf,
  daysBetween,
  fine,
  LAST_DAYS,
  MOST_DAYS,
  type TokenReport,
  type TokenUse,
  worrying,
} from "./report";

/** What GitHub's answer tells of the token that asked. */
export interface GithubToken {
  readonly kind: "classic" | "fine-grained" | "short-lived" | "login" | "unknown";
  /** End of the token. Absent: none is set. */
  readonly expires?: Date;
  /** Scopes of a classic token. Empty: GitHub does not tell them. */
  readonly scopes: readonly string[];
}

const KINDS: readonly (readonly [string, GithubToken["kind"]])[] = [
  ["ghp_", "classic"],
  ["github_pat_", "fine-grained"],
  ["ghs_", "short-lived"],
  ["ghu_", "short-lived"],
  ["gho_", "login"],
];

/** Scopes that let a token do more in a registry than pull. */
const WRITING = ["write:packages", "delete:packages"];

/**
 * Reads a token by its prefix (https://github.blog/changelog/2021-03-31) and by the headers of any
 * answer to it; the end comes as `2027-01-31 00:00:00 UTC`, or with a zone as `+0900`.
 */
export function readGithubToken(token: string, headers: Headers): GithubToken {
  const kind = KINDS.find(([prefix]) => token.startsWith(prefix))?.[1] ?? "unknown";
  const expires = readEnd(headers.get("github-authentication-token-expiration"));
  const scopes = (headers.get("x-oauth-scopes") ?? "")
    .split(",")
    .map((scope) => scope.trim())
    .filter((scope) => scope !== "");
  return { kind, ...(expires === undefined ? {} : { expires }), scopes };
}

function readEnd(header: string | null): Date | undefined {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (UTC|[+-]\d{4})$/.exec(header ?? "");
  if (parts === null) return undefined;
  const [, day = "", time = "", zone = ""] = parts;
  const offset = zone === "UTC" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const end = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

/** How a token of GitHub stands at `now`. */
export function githubReport(
  { kind, expires, scopes }: GithubToken,
  use: TokenUse,
  now: Date,
): TokenReport {
  const excess = scopes.filter((scope) => WRITING.includes(scope));
  if (use === "pull" && excess.length > 0) {
    return worrying(
      `the token that pulls may also ${excess.join(" and ")}`,
      "pull with a token that has read:packages alone: DOCKER_PULL_USERNAME, DOCKER_PULL_PASSWORD",
    );
  }
  if (kind === "short-lived") return fine("a short-lived token: nothing to rotate");
  if (kind === "login") return fine("the login of `gh`: it ends with `gh auth logout`");
  if (expires === undefined) return worrying("the token has no end");
  const left = daysBetween(now, expires);
  const until = `the token ends on ${dayOf(expires)}, in ${left.toString()} days`;
  if (left < LAST_DAYS) return worrying(until);
  if (left > MOST_DAYS) return worrying(`${until}; ${MOST_DAYS.toString()} are enough`);
  return fine(until);
}
