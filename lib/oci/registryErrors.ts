import { z } from "zod";
import { UserError } from "../errors";
import { type Credentials, redact } from "./credentials";
import type { HttpResponse, TransportError } from "./transport";

/** What a request is for; it decides the token's scope and the words of a refusal. */
export type Action = "login" | "pull" | "push" | "cancel" | "delete";

/** A request that a registry refused. */
export interface Refusal {
  /**
   * `login`: not accepted, or none given; `right`: accepted, and not enough; `repository`: there is
   * none, and a push makes none; `rate`: too many requests.
   */
  readonly kind: "login" | "right" | "repository" | "rate";
  /** `host[:port]` */
  readonly server: string;
  readonly action: Action;
  readonly repository?: string;
  /** Whether no login was given. */
  readonly anonymous: boolean;
  /** The registry's own words, on one line; may be empty. */
  readonly detail: string;
}

/** What to do about a refusal, as `verb …`, where the kind of registry is known; undefined: nothing special. */
export type Explain = (refusal: Refusal) => string | undefined;

/** What errors need to know of a request. */
export interface Attempt {
  readonly server: string;
  readonly action: Action;
  readonly repository?: string;
  readonly credentials: Credentials | undefined;
  readonly explain?: Explain;
}

const ACTION_WORDS: Readonly<Record<Action, string>> = {
  login: "log in to",
  pull: "pull from",
  push: "push to",
  cancel: "cancel an upload to",
  delete: "delete from",
};
const MAX_DETAIL = 300;
const TLS_CODES =
  /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|^ERR_SSL|^ERR_OSSL|EPROTO|INVALID_CA|HOSTNAME_MISMATCH/;
const ErrorBody = z.object({
  errors: z.array(z.object({ code: z.string().optional(), message: z.string().nullish() })),
});

/** A registry that cannot be talked to: `registry-tls` for certificates and protocol, else `registry-unreachable`. */
export function connectionError(attempt: Attempt, error: TransportError, url: URL): UserError {
  const { server } = attempt;
  const secure = url.protocol === "https:";
  if (error.code === "ABORTED") {
    return new UserError(`the request to \`${server}\` was interrupted`, "registry-aborted");
  }
  const options = { cause: error };
  // OpenSSL's words for "that was no TLS record".
  if (/wrong version number|packet length too long|http request/i.test(error.message)) {
    const mend = `serve the registry over TLS, or, for a loopback registry, set \`insecure\` to true`;
    const text = `registry \`${server}\` answers in plain HTTP, and HTTPS was asked; ${mend}`;
    return new UserError(text, "registry-tls", options);
  }
  if (!secure && error.code.startsWith("HPE_")) return notPlainHttp(server);
  if (TLS_CODES.test(error.code)) {
    const mend = `give the certificate of its authority as \`caCert\`, or mend the server's certificate`;
    const text = `the certificate of registry \`${server}\` is not trusted (${error.message}); ${mend}`;
    return new UserError(text, "registry-tls", options);
  }
  if (error.code === "TOO_LARGE") return answerError(attempt, error.message);
  const mend = `check the server's name and port, that it runs, and this machine's network`;
  const reason = redact(error.message, attempt.credentials);
  const text = `registry \`${server}\` cannot be reached (${url.host}: ${reason}); ${mend}`;
  return new UserError(text, "registry-unreachable", options);
}

/** The opposite mismatch: plain HTTP was spoken to a TLS port. */
export function notPlainHttp(server: string): UserError {
  const text = `registry \`${server}\` answers in TLS, and plain HTTP was asked; set \`insecure\` to false`;
  return new UserError(text, "registry-tls");
}

/** A wrong or missing login. */
export function unauthorizedError(attempt: Attempt, detail = ""): UserError {
  const { server, credentials } = attempt;
  const special = mendOf(attempt, "login", detail);
  if (credentials === undefined) {
    const mend =
      special ??
      `give one with DOCKER_USERNAME and DOCKER_PASSWORD, \`docker login ${server}\`, or the stack's \`registry\` settings`;
    const text = `registry \`${server}\` asks for a login, and none was given; ${mend}`;
    return new UserError(text, "registry-unauthorized");
  }
  const { username, origin } = credentials;
  const mend =
    special === undefined
      ? loginMend(credentials)
      : `${origin === undefined ? "" : `it was read from ${origin}: `}${special}`;
  const text = `registry \`${server}\` refuses the login of user \`${username}\`; ${mend}`;
  return new UserError(text, "registry-unauthorized");
}

/** A right login without the right that is needed. */
export function deniedError(attempt: Attempt, detail = ""): UserError {
  const { server, action, repository, credentials } = attempt;
  const who = credentials === undefined ? "an anonymous user" : `user \`${credentials.username}\``;
  const where = repository === undefined ? `\`${server}\`` : `\`${server}/${repository}\``;
  const mend =
    mendOf(attempt, "right", detail) ??
    (credentials === undefined
      ? `give a login that may`
      : `give this user that right in the registry, or another user's login`);
  const because = detail === "" ? "" : ` (${detail})`;
  const text = `registry \`${server}\` does not let ${who} ${ACTION_WORDS[action]} ${where}${because}; ${mend}${originOf(credentials)}`;
  return new UserError(text, "registry-denied");
}

/** A repository that is missing where a push does not make it. */
export function repositoryError(attempt: Attempt, detail = ""): UserError {
  const mend =
    mendOf(attempt, "repository", detail) ??
    `create it, or correct the repository's path in the stack's \`registry\` settings`;
  const name = `${attempt.server}/${attempt.repository ?? ""}`;
  return new UserError(
    `repository \`${name}\` does not exist, and the registry does not make it on a push; ${mend}`,
    "registry-repository",
  );
}

/** An answer with an unexpected status. */
export function statusError(attempt: Attempt, status: number, detail: string): UserError {
  const words = `status ${status} ${detail}`.trim();
  const mend = status === 429 ? mendOf(attempt, "rate", detail) : undefined;
  return mend === undefined ? answerError(attempt, words) : answerError(attempt, words, mend);
}

function mendOf(attempt: Attempt, kind: Refusal["kind"], detail: string): string | undefined {
  const { server, action, repository, credentials, explain } = attempt;
  const anonymous = credentials === undefined;
  const place = repository === undefined ? { server } : { server, repository };
  return explain?.({ kind, ...place, action, anonymous, detail });
}

/** An answer that does not follow the distribution specification, or that the registry could not give. */
export function answerError(
  { server, action, repository }: Attempt,
  what: string,
  mend = `check that the address is a container registry, and try again later`,
): UserError {
  const where = repository === undefined ? `\`${server}\`` : `\`${server}/${repository}\``;
  const text = `unexpected answer to the attempt to ${ACTION_WORDS[action]} ${where}: ${what}; ${mend}`;
  return new UserError(text, "registry-answer");
}

/** The registry's own words for a failure, on one line, cut, without control characters and secrets. */
export function detailOf(response: HttpResponse, credentials: Credentials | undefined): string {
  const text = response.body.toString("utf8");
  const parsed = ErrorBody.safeParse(parseJson(text));
  const words = parsed.success
    ? parsed.data.errors.map(({ code, message }) => [code, message].filter(Boolean).join(": "))
    : [text];
  const line = words
    .join("; ")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const clean = redact(line, credentials);
  return clean.length > MAX_DETAIL ? `${clean.slice(0, MAX_DETAIL)}…` : clean;
}

/** undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function loginMend(credentials: Credentials): string {
  return credentials.origin === undefined
    ? `give a valid user name and password`
    : `it was read from ${credentials.origin}: set a valid user name and password there`;
}

function originOf(credentials: Credentials | undefined): string {
  return credentials?.origin === undefined ? "" : ` (this one was read from ${credentials.origin})`;
}
