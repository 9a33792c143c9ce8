import assert from "node:assert/strict";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { UserError } from "../../../../lib/errors";

/** One request as a token service got it. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers a request. */
export type Answer = (asked: Asked, response: ServerResponse) => void;

/** A cloud's token service on a loopback port. */
export class TokenService {
  public readonly asked: Asked[] = [];
  private readonly server: Server;

  private constructor(public answer: Answer) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        const asked = { method, url, headers, body: Buffer.concat(chunks).toString() };
        this.asked.push(asked);
        this.answer(asked, response);
      });
    });
  }

  public static async start(answer: Answer): Promise<TokenService> {
    const service = new TokenService(answer);
    await new Promise<void>((resolve) => service.server.listen(0, "127.0.0.1", resolve));
    return service;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Answers every request with this status and JSON. */
export function json(status: number, body: unknown): Answer {
  return (_asked, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}

/**
 * Puts variables into this process's environment, which the SDKs read; undefined removes one.
 * @returns puts everything back
 */
export function setEnvironment(values: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.entries(values).map(([name]) => [name, process.env[name]] as const);
  put(Object.entries(values));
  return () => {
    put(before);
  };
}

function put(entries: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of entries) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

/** Secrets that the doubles give or are given; no error may show one, however it is printed. */
export const PLANTED = /s3cret/;

/** Asserts a UserError of a kind that shows no planted secret. @returns its message */
export async function refused(work: Promise<unknown>, code: string): Promise<string> {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, inspect(error));
  assert.equal(error.code, code, error.message);
  assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), PLANTED);
  return error.message;
}
