import { Backend, notFound } from "./backend";
import {
  basicLogin,
  bearerToken,
  type Exchange,
  formOf,
  type Login,
  sendJson,
  sendRegistryError,
  type Site,
} from "./exchange";
import { type Action, registryRequest, type RegistryRequest } from "./registryRequest";
import type { Tokens } from "./tokens";

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** What distinguishes one kind of registry with Bearer tokens from another. */
export interface BearerKind {
  /** Its part of the registry behind, and its tokens' audience. */
  readonly name: string;
  readonly hosts: readonly string[];
  /** Where tokens are asked for: host and path. */
  readonly realm: (host: string) => URL;
  readonly service: (host: string) => string;
  /** Seconds that a token is good for. */
  readonly seconds: number;
  /** Who logs in; a refusal where the login is wrong. */
  readonly login: (login: Login) => string | Refusal;
  /** May the subject do that? Asked when a token is issued. */
  readonly may: (subject: string, repository: string, action: Action) => boolean;
  /** What is said where the token does not hold what is asked for. */
  readonly denied: (request: RegistryRequest, subject: string) => Refusal;
  /** What this kind refuses to everybody, or has not. */
  readonly refuse?: (request: RegistryRequest) => Refusal | undefined;
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A registry in which every request needs a token of its token server. */
export function bearerSite(kind: BearerKind, tokens: Tokens): Site {
  const backend = new Backend(kind.name);
  const hosts = [
    ...new Set([...kind.hosts, ...kind.hosts.map((host) => kind.realm(host).hostname)]),
  ];
  return {
    hosts,
    answer: async (exchange) => {
      const realm = kind.realm(exchange.host);
      if (realm.hostname === exchange.host && realm.pathname === exchange.url.pathname) {
        await answerToken(kind, tokens, exchange);
      } else if (exchange.url.pathname.startsWith("/v2/")) {
        await answerData(kind, tokens, backend, exchange);
      } else notFound(exchange);
    },
  };
}

async function answerToken(kind: BearerKind, tokens: Tokens, exchange: Exchange): Promise<void> {
  const form = exchange.method === "POST" ? await formOf(exchange) : exchange.url.searchParams;
  const login = exchange.method === "POST" ? loginIn(form) : basicLogin(exchange);
  const subject = login === undefined ? UNAUTHENTICATED : kind.login(login);
  if (typeof subject !== "string") {
    sendRegistryError(exchange, subject.status, subject.code, subject.message);
    return;
  }
  const asked = form.getAll("scope").flatMap((scope) => scope.split(" "));
  const scopes = asked.flatMap((scope) => grantedOf(kind, subject, scope));
  const token = tokens.issue(kind.name, subject, kind.seconds, new Set(scopes));
  sendJson(exchange, 200, { token, access_token: token, expires_in: kind.seconds });
}

/** The grants `password` and `refresh_token` (RFC 6749, 4.3 and 6). */
function loginIn(form: URLSearchParams): Login {
  const username = form.get("username") ?? NO_NAME;
  return { username, password: form.get("password") ?? form.get("refresh_token") ?? "" };
}

/** What clients call the user of a refresh token. */
const NO_NAME = "00000000-0000-0000-0000-000000000000";

const ALL: readonly Action[] = ["pull", "push", "delete"];

const METADATA = "metadata_read";

/** What a subject gets of `repository:NAME:ACTIONS`. */
function grantedOf(kind: BearerKind, subject: string, scope: string): readonly string[] {
  const [, repository = "", actions = ""] = /^repository:(.+):([a-z_,*]+)$/.exec(scope) ?? [];
  const names = actions.split(",");
  const may = (action: Action): boolean =>
    repository !== "" && kind.may(subject, repository, action);
  const granted = ALL.filter((action) => names.includes("*") || names.includes(action)).filter(may);
  // Azure's own, for its interface beside the specification's.
  const more = names.includes(METADATA) && may("pull") ? [METADATA] : [];
  return [...granted, ...more].map((action) => `${repository}:${action}`);
}

const UNAUTHENTICATED: Refusal = {
  status: 401,
  code: "UNAUTHORIZED",
  message: "authentication required",
};

async function answerData(
  kind: BearerKind,
  tokens: Tokens,
  backend: Backend,
  exchange: Exchange,
): Promise<void> {
  for (const [name, value] of Object.entries(kind.headers ?? {})) {
    exchange.response.setHeader(name, value);
  }
  const request = registryRequest(exchange);
  const token = bearerToken(exchange);
  const held = token === undefined ? undefined : tokens.find(kind.name, token);
  if (held === undefined || held === "expired") {
    challenge(kind, exchange, request, UNAUTHENTICATED);
    return;
  }
  exchange.subject = held.subject;
  if (request === undefined) {
    if (exchange.url.pathname === "/v2/") sendJson(exchange, 200, {});
    else notFound(exchange);
    return;
  }
  const missing = scopesOf(request).filter((scope) => held.scopes?.has(scope) !== true);
  if (missing.length > 0) {
    const refusal = kind.denied(request, held.subject);
    if (refusal.status === 401) challenge(kind, exchange, request, refusal);
    else sendRegistryError(exchange, refusal.status, refusal.code, refusal.message);
    return;
  }
  const refusal = kind.refuse?.(request);
  if (refusal === undefined) await backend.forward(exchange);
  else sendRegistryError(exchange, refusal.status, refusal.code, refusal.message);
}

function scopesOf({ repository, action, mountFrom }: RegistryRequest): readonly string[] {
  const also = mountFrom === undefined ? [] : [`${mountFrom}:pull`];
  return [`${repository}:${action}`, ...also];
}

function challenge(
  kind: BearerKind,
  exchange: Exchange,
  request: RegistryRequest | undefined,
  { status, code, message }: Refusal,
): void {
  const { host } = exchange;
  const parts = [`realm="${kind.realm(host).href}"`, `service="${kind.service(host)}"`];
  if (request !== undefined) {
    const actions = request.action === "push" ? "pull,push" : request.action;
    parts.push(`scope="repository:${request.repository}:${actions}"`);
  }
  const header = { "WWW-Authenticate": `Bearer ${parts.join(",")}` };
  sendRegistryError(exchange, status, code, message, header);
}
