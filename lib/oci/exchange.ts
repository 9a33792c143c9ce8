import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type Readable, pipeline } from "node:stream";
import { BodyError, TransportError } from "./transportError";

/** A body that is sent as it is read, once. */
export interface StreamBody {
  readonly stream: Readable;
  /** Bytes. */
  readonly size: number;
}

/** One HTTP request. Times are milliseconds, sizes bytes. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | StreamBody;
  /** For the whole exchange, body included. */
  readonly timeoutMs: number;
  /** A connection on which nothing moves for so long is given up. Default: `timeoutMs` alone. */
  readonly idleMs?: number;
  /** A longer answer is an error; one with an error's status is cut at 64 KiB. */
  readonly maxBytes: number;
  /** Takes the body of an answer with status 200 as it comes, so that it is not kept. */
  readonly consume?: (stream: Readable) => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty where it was consumed. */
  readonly body: Buffer;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** More words than that explain no failure. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Sends the body of an opened request and reads the answer within the request's limits.
 * @throws TransportError, BodyError, Node's own errors, and what `consume` throws
 */
export async function exchange(call: ClientRequest, request: HttpRequest): Promise<HttpResponse> {
  const limits = limit(call, request);
  const source = send(call, request.body);
  let answer: IncomingMessage | undefined;
  try {
    answer = await answerOf(call);
    const status = answer.statusCode ?? 0;
    const body = await read(answer, status, request, limits.abort);
    return { status, headers: answer.headers, body };
  } catch (error) {
    // Ending a call in the middle of its answer shows as a reset connection.
    throw limits.reason() ?? source.fault() ?? consumerFault(error);
  } finally {
    limits.release();
    // What is left of either body would block the connection for the next request.
    if (!call.writableFinished || answer?.complete !== true) call.destroy();
  }
}

/** A consumer that passes the stream on reports its break as that of a body to send. */
function consumerFault(error: unknown): unknown {
  return error instanceof BodyError ? error.cause : error;
}

interface Limits {
  /** Ends the call; the first reason counts. */
  readonly abort: (message: string, code: string) => void;
  readonly reason: () => TransportError | undefined;
  readonly release: () => void;
}

function limit(call: ClientRequest, { timeoutMs, idleMs, signal }: HttpRequest): Limits {
  let reason: TransportError | undefined;
  const abort = (message: string, code: string): void => {
    reason ??= new TransportError(message, code);
    call.destroy(reason);
  };
  const onAbort = (): void => {
    abort("interrupted", "ABORTED");
  };
  const timer = setTimeout(() => {
    abort(`no complete answer within ${seconds(timeoutMs)}`, "TIMEOUT");
  }, timeoutMs);
  if (idleMs !== undefined) {
    call.setTimeout(idleMs, () => {
      abort(`nothing was sent for ${seconds(idleMs)}`, "TIMEOUT");
    });
  }
  limitConnectTime(call, abort);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const release = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
  return { abort, reason: () => reason, release };
}

function limitConnectTime(call: ClientRequest, abort: Limits["abort"]): void {
  call.on("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      abort(`no connection within ${seconds(CONNECT_TIMEOUT_MS)}`, "TIMEOUT");
    }, CONNECT_TIMEOUT_MS);
    const clear = (): void => {
      clearTimeout(timer);
    };
    socket.once("connect", clear);
    call.once("close", clear);
  });
}

/** Starts sending. @returns asks afterwards whether it was the body's own source that failed */
function send(
  call: ClientRequest,
  body: HttpRequest["body"],
): { readonly fault: () => BodyError | undefined } {
  if (body === undefined || body instanceof Uint8Array) {
    call.end(body);
    return { fault: () => undefined };
  }
  let fault: BodyError | undefined;
  body.stream.once("error", (error) => {
    // A source is also destroyed, without fault, by a call that ended before it.
    if (!call.destroyed) fault = new BodyError(error);
  });
  pipeline(body.stream, call, () => undefined);
  return { fault: () => fault };
}

function answerOf(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once("response", resolve);
    call.on("error", reject);
    // A protocol switch that nobody asked for ends without an error.
    call.once("close", () => {
      reject(new TransportError("the connection was closed without an answer", "ECONNRESET"));
    });
  });
}

async function read(
  answer: IncomingMessage,
  status: number,
  { maxBytes, consume }: HttpRequest,
  abort: Limits["abort"],
): Promise<Buffer> {
  if (consume !== undefined && status === 200) {
    await consume(answer);
    return Buffer.alloc(0);
  }
  const failed = status >= 400;
  const most = failed ? Math.min(MAX_ERROR_BYTES, maxBytes) : maxBytes;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= most) continue;
    if (failed) break;
    const message = `the answer is longer than ${maxBytes} bytes`;
    abort(message, "TOO_LARGE");
    throw new TransportError(message, "TOO_LARGE");
  }
  return Buffer.concat(chunks).subarray(0, most);
}

function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(2))} s`;
}
