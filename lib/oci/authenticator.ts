import { z } from "zod";
import { type Challenge, parseChallenge } from "./challenge";
import { type Credentials, IDENTITY_TOKEN_USER, basicAuthorization } from "./credentials";
import { isLoopback } from "./endpoint";
import {
  type Attempt,
  answerError,
  deniedError,
  detailOf,
  parseJson,
  statusError,
  unauthorizedError,
} from "./registryErrors";
import type { HttpResponse } from "./transport";

/** Sends one request to a token server, with retries. */
export type SendToken = (request: {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}) => Promise<HttpResponse>;

interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

const TokenBody = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});
/** Token specification: "if omitted, this defaults to 60 seconds". */
const DEFAULT_LIFETIME_S = 60;
/** A token is renewed this long before its end, so that it does not end on the way. */
const MARGIN_MS = 10_000;
const HEADER_SAFE = /^[\x21-\x7e]+$/;

/** Answers a registry's Basic or Bearer challenge; keeps one token a scope. */
export class Authenticator {
  private challenge: Challenge | undefined;
  private readonly tokens = new Map<string, Promise<Token>>();

  public constructor(
    private readonly api: URL,
    private readonly credentials: Credentials | undefined,
    private readonly send: SendToken,
  ) {}

  /** The Authorization header for a scope; undefined before the first challenge, and for anonymous Basic. */
  public async header(scope: string, attempt: Attempt): Promise<string | undefined> {
    if (this.challenge === undefined) return undefined;
    if (this.challenge.scheme === "basic") {
      return this.credentials === undefined ? undefined : basicAuthorization(this.credentials);
    }
    const known = await this.tokens.get(scope);
    if (known !== undefined && known.expires - MARGIN_MS > Date.now()) {
      return `Bearer ${known.value}`;
    }
    const fetched = this.fetchToken(this.challenge, scope, attempt);
    this.tokens.set(scope, fetched);
    fetched.catch(() => this.tokens.delete(scope));
    return `Bearer ${(await fetched).value}`;
  }

  /**
   * Takes up the challenge of a 401 answer.
   * @param sent the Authorization header of the refused request
   * @returns false: asking again would be answered the same way
   */
  public learn(header: string | undefined, scope: string, sent: string | undefined): boolean {
    const challenge = parseChallenge(header);
    if (challenge === undefined) return false;
    this.challenge = challenge;
    // Without a header nothing was refused: a request beside this one may just have got the token.
    if (sent !== undefined) this.tokens.delete(scope);
    if (challenge.scheme === "basic") return this.credentials !== undefined && sent === undefined;
    return true;
  }

  /** The error for a request that stays refused: a token that was given but does not suffice is a missing right. */
  public refusal(attempt: Attempt, detail: string): Error {
    const loggedIn = this.challenge?.scheme === "bearer" && this.credentials !== undefined;
    return loggedIn ? deniedError(attempt, detail) : unauthorizedError(attempt, detail);
  }

  private async fetchToken(
    challenge: Challenge & { scheme: "bearer" },
    scope: string,
    attempt: Attempt,
  ): Promise<Token> {
    const realm = this.realmOf(challenge.realm, attempt);
    const response = await this.send(this.tokenRequest(realm, challenge.service, scope));
    const detail = detailOf(response, this.credentials);
    if (response.status === 401) throw unauthorizedError(attempt, detail);
    if (response.status === 403) throw deniedError(attempt, detail);
    if (response.status !== 200) {
      const words = `the token server \`${realm.host}\` answers ${detail}`;
      throw statusError(attempt, response.status, words.trim());
    }
    const body = TokenBody.safeParse(parseJson(response.body.toString("utf8")));
    const value = body.data?.token ?? body.data?.access_token ?? "";
    if (!HEADER_SAFE.test(value)) {
      throw answerError(attempt, `the token server \`${realm.host}\` gave no token`);
    }
    const lifetime = body.data?.expires_in ?? DEFAULT_LIFETIME_S;
    return { value, expires: Date.now() + lifetime * 1000 };
  }

  /** The login goes to the address that the registry names, so a registry on TLS may not name a plain one. */
  private realmOf(text: string, attempt: Attempt): URL {
    const realm = URL.canParse(text) ? new URL(text) : undefined;
    const plain = this.api.protocol === "http:" && isLoopback(realm?.host ?? "");
    if (realm?.protocol === "https:" || (realm?.protocol === "http:" && plain)) return realm;
    const what = `it names the token server \`${text.slice(0, 200)}\`, to which no login is sent because it is not HTTPS`;
    throw answerError(attempt, what);
  }

  private tokenRequest(
    realm: URL,
    service: string | undefined,
    scope: string,
  ): Parameters<SendToken>[0] {
    const parameters: [string, string][] = scope
      .split(" ")
      .filter((part) => part !== "")
      .map((part) => ["scope", part]);
    if (service !== undefined) parameters.unshift(["service", service]);
    if (this.credentials?.username === IDENTITY_TOKEN_USER) {
      const form = new URLSearchParams([
        ["grant_type", "refresh_token"],
        ["client_id", "bot-core"],
        ["refresh_token", this.credentials.password],
        ...parameters.filter(([name]) => name === "service"),
        ["scope", scope],
      ]);
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return { method: "POST", url: realm, headers, body: Buffer.from(form.toString()) };
    }
    const url = new URL(realm);
    parameters.forEach(([name, value]) => {
      url.searchParams.append(name, value);
    });
    const headers: Record<string, string> =
      this.credentials === undefined ? {} : { authorization: basicAuthorization(this.credentials) };
    return { method: "GET", url, headers };
  }
}
