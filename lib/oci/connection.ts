import type { RegistryEndpoint } from "../resources/registry";
import { Authenticator } from "./authenticator";
import type { Credentials } from "./credentials";
import { apiAddress } from "./endpoint";
import {
  type Action,
  type Attempt,
  answerError,
  connectionError,
  deniedError,
  detailOf,
  notPlainHttp,
} from "./registryErrors";
import { withRetries } from "./retry";
import { type HttpRequest, type HttpResponse, Transport, TransportError } from "./transport";

/** Times are milliseconds. */
export interface RegistryOptions {
  /** Limit of one exchange, body included. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Further attempts after 408, 429, 5xx and broken connections. Default: 4. */
  readonly retries?: number;
  /** Wait before the first further attempt, then doubled; Retry-After may ask for more. Default: 250. */
  readonly backoffMs?: number;
  /** Aborting ends the request that is under way. */
  readonly signal?: AbortSignal;
}

/** One request to the registry's API. */
export interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** A path below the server, or an address that the registry gave. */
  readonly target: string | URL;
  readonly action: Action;
  readonly repository?: string;
  /** A second repository that is read by the same request (cross-repository mount). */
  readonly readsAlso?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Bytes of the longest answer that is read. Default: 4 MiB. */
  readonly maxBytes?: number;
  /** Statuses that are answers; any other is an error. */
  readonly expected: readonly number[];
}

/** distribution-spec 1.1 asks registries to accept manifests of up to 4 MiB, so nobody needs more. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_REDIRECTS = 5;
const RETRY_TOTAL_MS = 60_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Requests to one registry with one login: challenge, token, retries, redirects, and errors by kind. */
export class RegistryConnection {
  public readonly server: string;
  public readonly api: URL;
  private readonly transport: Transport;
  private readonly authenticator: Authenticator;

  /** @throws UserError `registry-endpoint` */
  public constructor(
    endpoint: RegistryEndpoint,
    public readonly credentials: Credentials | undefined,
    private readonly options: RegistryOptions,
  ) {
    this.server = endpoint.server;
    this.api = apiAddress(endpoint);
    this.transport = new Transport(endpoint.caCert);
    this.authenticator = new Authenticator(this.api, credentials, (request) =>
      this.send({ ...request, ...this.limits(MAX_BYTES) }, this.attempt("login")),
    );
  }

  /**
   * Sends a call and returns its answer if its status is expected.
   * @throws UserError `registry-unreachable`, `registry-tls`, `registry-unauthorized`,
   *   `registry-denied`, `registry-answer`, `registry-aborted`
   */
  public async request(call: Call): Promise<HttpResponse> {
    const attempt = this.attempt(call.action, call.repository);
    const response = await this.authorised(call, attempt);
    if (call.expected.includes(response.status)) return response;
    const detail = detailOf(response, this.credentials);
    if (response.status === 401) throw this.authenticator.refusal(attempt, detail);
    if (response.status === 403) throw deniedError(attempt, detail);
    if (response.status === 400 && /request to an HTTPS server/i.test(detail)) {
      throw notPlainHttp(this.server);
    }
    throw answerError(attempt, `status ${response.status} ${detail}`.trim());
  }

  /** The error for an answer with an expected status whose content is wrong. */
  public answerError(call: Call, what: string): Error {
    return answerError(this.attempt(call.action, call.repository), what);
  }

  /** An address out of an answer's header, which may be relative (RFC 9110, 10.2.2). */
  public addressIn(call: Call, header: string | undefined): URL {
    const base = typeof call.target === "string" ? new URL(call.target, this.api) : call.target;
    if (header === undefined || !URL.canParse(header, base.href)) {
      throw this.answerError(call, `it names no usable address to go on (${header ?? "none"})`);
    }
    const url = new URL(header, base);
    if (url.protocol === "https:" || url.protocol === this.api.protocol) return url;
    throw this.answerError(call, `it sends us from HTTPS to \`${url.origin}\``);
  }

  private async authorised(call: Call, attempt: Attempt): Promise<HttpResponse> {
    const scope = scopeOf(call);
    const header = await this.authenticator.header(scope, attempt);
    const first = await this.follow(call, attempt, header);
    if (first.status !== 401) return first;
    if (!this.authenticator.learn(first.headers["www-authenticate"], scope, header)) return first;
    return this.follow(call, attempt, await this.authenticator.header(scope, attempt));
  }

  /** Follows redirects of reads. The login never leaves the registry's own origin. */
  private async follow(
    call: Call,
    attempt: Attempt,
    authorization: string | undefined,
  ): Promise<HttpResponse> {
    let url = typeof call.target === "string" ? new URL(call.target, this.api) : call.target;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const login = url.origin === this.api.origin && authorization !== undefined;
      const response = await this.send(
        {
          method: call.method,
          url,
          headers: { ...call.headers, ...(login ? { authorization } : {}) },
          ...(call.body === undefined ? {} : { body: call.body }),
          ...this.limits(call.maxBytes ?? MAX_BYTES),
        },
        attempt,
      );
      const reading = call.method === "GET" || call.method === "HEAD";
      if (!reading || !REDIRECTS.has(response.status)) return response;
      url = this.addressIn({ ...call, target: url }, response.headers.location);
    }
    throw this.answerError(call, `more than ${MAX_REDIRECTS} redirects`);
  }

  private async send(request: HttpRequest, attempt: Attempt): Promise<HttpResponse> {
    const policy = {
      retries: this.options.retries ?? 4,
      backoffMs: this.options.backoffMs ?? 250,
      totalMs: RETRY_TOTAL_MS,
    };
    try {
      return await withRetries(policy, () => this.transport.send(request), request.signal);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      throw connectionError(attempt, error, request.url);
    }
  }

  private limits(maxBytes: number): Pick<HttpRequest, "timeoutMs" | "maxBytes" | "signal"> {
    const { signal, timeoutMs = 30_000 } = this.options;
    return { timeoutMs, maxBytes, ...(signal === undefined ? {} : { signal }) };
  }

  private attempt(action: Action, repository?: string): Attempt {
    const { server, credentials } = this;
    return { server, action, credentials, ...(repository === undefined ? {} : { repository }) };
  }
}

const SCOPE_ACTIONS: Readonly<Record<Action, string>> = {
  login: "pull",
  pull: "pull",
  push: "pull,push",
  // distribution asks for `delete` to cancel an upload, as for every DELETE.
  cancel: "pull,push,delete",
  delete: "delete",
};

/** Scope of the token (distribution token specification, "scope"). */
function scopeOf({ action, repository, readsAlso }: Call): string {
  if (repository === undefined) return "";
  const further = readsAlso === undefined ? "" : ` repository:${readsAlso}:pull`;
  return `repository:${repository}:${SCOPE_ACTIONS[action]}${further}`;
}
