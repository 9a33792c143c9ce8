import type { IncomingMessage, ServerResponse } from "node:http";

/** One request at one of the router's names, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Name that was asked, without port. */
  readonly host: string;
  readonly url: URL;
  /** Who asked, once a site knows. */
  subject?: string;
}

/** One answer that was given. */
export interface Entry {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  readonly subject: string;
  /** Name of the client's program, e.g. `docker`. */
  readonly agent: string;
}

/** What stands behind one or more names. */
export interface Site {
  readonly hosts: readonly string[];
  readonly answer: (exchange: Exchange) => Promise<void> | void;
}

type Headers = Readonly<Record<string, string>>;

export function sendJson(
  { response }: Exchange,
  status: number,
  body: unknown,
  headers: Headers = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** An error in the form of the distribution specification. */
export function sendRegistryError(
  exchange: Exchange,
  status: number,
  code: string,
  message: string,
  headers: Headers = {},
): void {
  sendJson(exchange, status, { errors: [{ code, message }] }, headers);
}

const LONGEST_BODY = 16 * 1024 * 1024;

/** The whole body; for small ones. */
export async function bodyOf({ request }: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new Error("the body is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A form's fields. */
export async function formOf(exchange: Exchange): Promise<URLSearchParams> {
  return new URLSearchParams((await bodyOf(exchange)).toString("utf8"));
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** The user and password of `Authorization: Basic …`. */
export function basicLogin({ request }: Exchange): Login | undefined {
  const encoded = /^Basic (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [username = "", ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { username, password: password.join(":") };
}

/** The token of `Authorization: Bearer …`. */
export function bearerToken({ request }: Exchange): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
}
