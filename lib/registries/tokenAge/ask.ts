import type { z } from "zod";
import type { Credentials } from "../../oci/credentials";
import { hubReport, hubReportByForm, hubTokens } from "./dockerHub";
import { githubReport, readGithubToken } from "./github";
import { fine, type TokenReport, type TokenUse } from "./report";

/** Where providers are asked, and when it is. */
export interface AskOptions {
  readonly now: Date;
  readonly signal: AbortSignal;
  /** Default: `https://api.github.com`. */
  readonly githubApi?: string;
  /** Default: `https://hub.docker.com`. */
  readonly hubApi?: string;
}

type Ask = (login: Credentials, use: TokenUse, options: AskOptions) => Promise<TokenReport>;

/** Who tells something, by server. */
const providers: Readonly<Record<string, Ask>> = {
  "ghcr.io": ({ password }, use, options) => askGithub(password, use, options),
  "docker.io": askHub,
};

const TIMEOUT_MS = 15_000;

/**
 * How old the secret of a login is, or when it ends, where its provider tells. Nothing of the secret
 * is in the answer or in an error.
 * @param server `host[:port]` of the registry
 * @throws Error where the provider cannot be reached
 */
export async function askTokenAge(
  server: string,
  login: Credentials,
  use: TokenUse,
  options: AskOptions,
): Promise<TokenReport> {
  const ask = providers[server];
  if (ask !== undefined) return ask(login, use, options);
  return fine(`${server} does not tell how old its secrets are`);
}

/** As `askTokenAge`, for a token of GitHub's interface. */
export async function askGithub(
  token: string,
  use: TokenUse,
  { githubApi = "https://api.github.com", now, signal }: AskOptions,
): Promise<TokenReport> {
  // It counts against no limit, and every kind of token may ask it.
  const response = await send(`${githubApi}/rate_limit`, bearer(token), signal);
  if (response.status !== 200) return fine(`GitHub tells nothing of it (${response.status})`);
  return githubReport(readGithubToken(token, response.headers), use, now);
}

async function askHub(
  { username, password }: Credentials,
  _use: TokenUse,
  { hubApi = "https://hub.docker.com", now, signal }: AskOptions,
): Promise<TokenReport> {
  const known = hubReportByForm(password);
  if (known !== undefined) return known;
  const body = JSON.stringify({ identifier: username, secret: password });
  const headers = { "content-type": "application/json" };
  const login = { method: "POST", headers, body };
  const loggedIn = await readJson(await send(`${hubApi}/v2/auth/token`, login, signal));
  const token = field(loggedIn, "access_token");
  const list = `${hubApi}/v2/access-tokens?page_size=100`;
  const tokens = parse(hubTokens, await readJson(await send(list, bearer(token), signal)));
  if (tokens === undefined) return fine("Docker Hub does not tell this token how old it is");
  return hubReport(tokens, now);
}

function send(url: string, request: RequestInit, signal: AbortSignal): Promise<Response> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return fetch(url, { ...request, redirect: "error", signal: limit });
}

function bearer(token: string): RequestInit {
  return { headers: { authorization: `Bearer ${token}`, "user-agent": "bot-core" } };
}

async function readJson(response: Response): Promise<unknown> {
  return response.status === 200 ? await response.json() : undefined;
}

function field(value: unknown, name: string): string {
  const found: unknown =
    typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "string" ? found : "";
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
