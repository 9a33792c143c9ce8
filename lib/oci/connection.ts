import { setTimeout as sleep } from "node:timers/promises";
import type { RegistryEndpoint } from "../resources/registry";
import { Authenticator } from "./authenticator";
import { type Credentials, redact, withSecrets } from "./credentials";
import { type Call, isStream, scopeOf } from "./call";
import { apiAddress } from "./endpoint";
import {
  type Action,
  type Attempt,
  type Explain,
  answerError,
  connectionError,
  deniedError,
  detailOf,
  notPlainHttp,
  repositoryError,
  statusError,
} from "./registryErrors";
import { withRetries } from "./retry";
import { type HttpRequest, type HttpResponse, Transport, TransportError } from "./transport";

export type { Call } from "./call";

/** Times are milliseconds. */
export interface RegistryOptions {
  /** Limit of one exchange, body included; of silence where a body is streamed. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Limit of one call with its repetitions and redirects; of a list, five times it. Default: 120,000. */
  readonly totalMs?: number;
  /** Further attempts after 408, 429, 5xx and broken connections. Default: 4. */
  readonly retries?: number;
  /** Wait before the first further attempt, then doubled; Retry-After may ask for more. Default: 250. */
  readonly backoffMs?: number;
  /** Aborting ends the request that is under way. */
  readonly signal?: AbortSignal;
  /** What to do about a refusal of this kind of registry. Default: what holds for all. */
  readonly explain?: Explain;
}

/** distribution-spec 1.1 asks registries to accept manifests of up to 4 MiB, so nobody needs more. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_TOKEN_BYTES = 256 * 1024;
const MAX_SENT = 64;
const MAX_REDIRECTS = 5;
const RETRIES = 4;
const BACKOFF_MS = 250;
const TIMEOUT_MS = 30_000;
const TOTAL_MS = 120_000;
/** No repetition starts later than this. */
const RETRY_TOTAL_MS = 60_000;
/** A slower connection than this many bytes a second is of no use for images. */
const LEAST_RATE = 16 * 1024;
/** A registry that has taken a large blob is silent while it stores it. */
const STREAM_PATIENCE = 4;
const MAX_HEADER_WORDS = 200;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Answers that are none, in the words of the transport. */
const BAD_ANSWERS = new Set(["TOO_LARGE", "MALFORMED"]);

/** Requests to one registry with one login: challenge, token, retries, redirects, and errors by kind. */
export class RegistryConnection {
  public readonly server: string;
  public readonly api: URL;
  private readonly transport: Transport;
  private readonly authenticator: Authenticator;
  /** Tokens that were sent, the latest of them. */
  private readonly sent = new Set<string>();

  /** @throws UserError `registry-endpoint` */
  public constructor(
    endpoint: RegistryEndpoint,
    public readonly credentials: Credentials | undefined,
    private readonly options: RegistryOptions,
  ) {
    this.server = endpoint.server;
    this.api = apiAddress(endpoint);
    this.transport = new Transport(endpoint.caCert);
    this.authenticator = new Authenticator(this.api, credentials, (request) => {
      const limits = { ...this.limits(), maxBytes: MAX_TOKEN_BYTES };
      return this.send({ ...request, ...limits }, this.attempt("login"), this.deadline());
    });
  }

  /** Milliseconds since the epoch at which a call that starts now, or `count` in a row, are given up. */
  public deadline(count = 1, streamedBytes = 0): number {
    const streaming = (streamedBytes / LEAST_RATE) * 1000;
    return Date.now() + count * (this.options.totalMs ?? TOTAL_MS) + streaming;
  }

  /**
   * Sends a call and returns its answer if its status is expected.
   * @throws UserError `registry-unreachable`, `registry-tls`, `registry-unauthorized`,
   *   `registry-denied`, `registry-answer`, `registry-aborted`
   */
  public async request(call: Call): Promise<HttpResponse> {
    const attempt = this.attempt(call.action, call.repository);
    const limited = { deadline: this.deadline(1, call.streamedBytes), ...call };
    const response = await this.authorised(limited, attempt);
    if (call.expected.includes(response.status)) return response;
    throw this.failure(call, response);
  }

  /** The error for an answer whose status is none of those that a call may have. */
  public failure(call: Call, response: HttpResponse): Error {
    const attempt = this.attempt(call.action, call.repository);
    const detail = detailOf(response, this.secrets());
    if (response.status === 401) return this.authenticator.refusal(attempt, detail);
    if (response.status === 403) return deniedError(attempt, detail);
    if (response.status === 400 && /request to an HTTPS server/i.test(detail)) {
      return notPlainHttp(this.server);
    }
    return statusError(attempt, response.status, detail);
  }

  /** The error for a push to a repository that is not there. */
  public missingRepository(call: Call, response: HttpResponse): Error {
    const detail = detailOf(response, this.credentials);
    return repositoryError(this.attempt(call.action, call.repository), detail);
  }

  /** How calls are repeated. */
  public get policy(): { readonly retries: number; readonly backoffMs: number } {
    const { retries = RETRIES, backoffMs = BACKOFF_MS } = this.options;
    return { retries, backoffMs };
  }

  /** Waits before a repetition. @throws UserError `registry-aborted` */
  public async pause(milliseconds: number): Promise<void> {
    const { signal } = this.options;
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {
      const aborted = new TransportError("interrupted", "ABORTED");
      throw connectionError(this.attempt("login"), aborted, this.api);
    });
  }

  /** The error for an answer with an expected status whose content is wrong. */
  public answerError(call: Call, what: string): Error {
    const clean = redact(what.replace(/\p{Cc}+/gu, " "), this.secrets());
    return answerError(this.attempt(call.action, call.repository), clean);
  }

  /** An address out of an answer's header, which may be relative (RFC 9110, 10.2.2). */
  public addressIn(call: Call, header: string | undefined): URL {
    const base = typeof call.target === "string" ? new URL(call.target, this.api) : call.target;
    if (header === undefined || !URL.canParse(header, base.href)) {
      const given = header?.slice(0, MAX_HEADER_WORDS) ?? "none";
      throw this.answerError(call, `it names no usable address to go on (${given})`);
    }
    const url = new URL(header, base);
    // Node would send these as a login.
    url.username = "";
    url.password = "";
    if (url.protocol === "https:" || url.protocol === this.api.protocol) return url;
    throw this.answerError(
      call,
      `it sends us from ${this.api.protocol}// to \`${url.protocol}//${url.host}\``,
    );
  }

  /** A challenge counts from the registry itself alone: any other host could name its own token server. */
  private async authorised(call: TimedCall, attempt: Attempt): Promise<HttpResponse> {
    const scope = scopeOf(call);
    const header = await this.authenticator.header(scope, attempt);
    const { response, url } = await this.follow(call, attempt, header);
    if (response.status !== 401 || url.origin !== this.api.origin) return response;
    const challenge = response.headers["www-authenticate"];
    if (!this.authenticator.learn(challenge, scope, header)) return response;
    if (isStream(call.body)) return response;
    const renewed = await this.authenticator.header(scope, attempt);
    return (await this.follow(call, attempt, renewed)).response;
  }

  /** Follows redirects of reads. The login never leaves the registry's own origin. */
  private async follow(
    call: TimedCall,
    attempt: Attempt,
    authorization: string | undefined,
  ): Promise<{ readonly response: HttpResponse; readonly url: URL }> {
    this.remember(tokenOf(authorization));
    let url = typeof call.target === "string" ? new URL(call.target, this.api) : call.target;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const login = url.origin === this.api.origin && authorization !== undefined;
      const request = {
        method: call.method,
        url,
        headers: { ...call.headers, ...(login ? { authorization } : {}) },
        ...(call.body === undefined ? {} : { body: call.body }),
        ...(call.consume === undefined ? {} : { consume: call.consume }),
        ...this.limits(call.streamedBytes),
        maxBytes: call.maxBytes ?? MAX_BYTES,
      };
      const response = await this.send(request, attempt, call.deadline);
      const reading = call.method === "GET" || call.method === "HEAD";
      if (!reading || !REDIRECTS.has(response.status)) return { response, url };
      url = this.addressIn({ ...call, target: url }, response.headers.location);
    }
    throw this.answerError(call, `more than ${MAX_REDIRECTS} redirects`);
  }

  private async send(
    request: HttpRequest,
    attempt: Attempt,
    deadline: number,
  ): Promise<HttpResponse> {
    const left = (): number => Math.max(1, deadline - Date.now());
    const policy = {
      ...this.policy,
      ...(isStream(request.body) ? { retries: 0 } : {}),
      totalMs: Math.min(RETRY_TOTAL_MS, left()),
    };
    const once = (): Promise<HttpResponse> =>
      this.transport.send({ ...request, timeoutMs: Math.min(request.timeoutMs, left()) });
    try {
      return await withRetries(policy, once, request.signal);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (BAD_ANSWERS.has(error.code)) throw answerError(attempt, error.message);
      throw connectionError(attempt, error, request.url);
    }
  }

  private limits(streamedBytes?: number): Pick<HttpRequest, "timeoutMs" | "idleMs" | "signal"> {
    const { signal, timeoutMs = TIMEOUT_MS } = this.options;
    const times =
      streamedBytes === undefined
        ? { timeoutMs }
        : {
            timeoutMs: STREAM_PATIENCE * timeoutMs + (streamedBytes / LEAST_RATE) * 1000,
            idleMs: STREAM_PATIENCE * timeoutMs,
          };
    return { ...times, ...(signal === undefined ? {} : { signal }) };
  }

  private remember(token: string): void {
    if (token !== "") this.sent.add(token);
    const [oldest] = this.sent;
    if (this.sent.size > MAX_SENT && oldest !== undefined) this.sent.delete(oldest);
  }

  /** The login with the tokens that were made of it: a registry may echo any of them. */
  private secrets(): Credentials | undefined {
    return withSecrets(this.credentials, [...this.sent]);
  }

  private attempt(action: Action, repository?: string): Attempt {
    const { server, credentials } = this;
    const { explain } = this.options;
    return {
      server,
      action,
      credentials,
      ...(repository === undefined ? {} : { repository }),
      ...(explain === undefined ? {} : { explain }),
    };
  }
}

type TimedCall = Call & { readonly deadline: number };

function tokenOf(authorization: string | undefined): string {
  return authorization?.split(" ")[1] ?? "";
}
