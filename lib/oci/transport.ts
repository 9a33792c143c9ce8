import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { rootCertificates } from "node:tls";

/** One HTTP request. Times are milliseconds, sizes bytes. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** For the whole exchange, body included. */
  readonly timeoutMs: number;
  /** A longer response is an error. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A failed exchange; `code` is Node's (`ECONNREFUSED`, `CERT_HAS_EXPIRED`) or one of ours. */
export class TransportError extends Error {
  public constructor(
    message: string,
    public readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "TransportError";
  }
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Plain HTTP/1.1 exchanges with a private certificate authority where one is given.
 * Built on node:http, because Node's fetch takes no authority without a further dependency.
 * It follows no redirect and knows no credential: its caller decides both.
 */
export class Transport {
  private readonly httpAgent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  private readonly httpsAgent: https.Agent;

  /** @param caCert PEM, trusted beside the system's authorities */
  public constructor(caCert?: string) {
    this.httpsAgent = new https.Agent({
      keepAlive: true,
      maxSockets: 8,
      ...(caCert === undefined ? {} : { ca: [...systemAuthorities(), caCert] }),
    });
  }

  /** @throws TransportError whatever goes wrong before the response is complete */
  public send(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const secure = request.url.protocol === "https:";
      const options = {
        method: request.method,
        headers: {
          "user-agent": "bot-core",
          ...request.headers,
          ...(request.body === undefined ? {} : { "content-length": request.body.byteLength }),
        },
        agent: secure ? this.httpsAgent : this.httpAgent,
      };
      const call = (secure ? https : http).request(request.url, options);
      let ended: TransportError | undefined;
      const abort = (message: string, code: string): void => {
        ended ??= new TransportError(message, code);
        call.destroy(ended);
      };
      const onAbort = (): void => {
        abort("interrupted", "ABORTED");
      };
      const timer = setTimeout(() => {
        abort(`no complete answer within ${request.timeoutMs / 1000} s`, "TIMEOUT");
      }, request.timeoutMs);
      if (request.signal?.aborted === true) onAbort();
      request.signal?.addEventListener("abort", onAbort, { once: true });
      const settle = (): void => {
        clearTimeout(timer);
        request.signal?.removeEventListener("abort", onAbort);
      };
      const fail = (error: NodeJS.ErrnoException): void => {
        settle();
        // Ending a call in the middle of its answer shows as a reset connection.
        reject(ended ?? asTransportError(error));
      };
      limitConnectTime(call, abort);
      call.on("error", fail);
      call.on("response", (response) => {
        readBody(response, request.maxBytes, abort).then((body) => {
          settle();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        }, fail);
      });
      call.end(request.body);
    });
  }
}

function limitConnectTime(
  call: http.ClientRequest,
  abort: (message: string, code: string) => void,
): void {
  call.on("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      abort(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`, "TIMEOUT");
    }, CONNECT_TIMEOUT_MS);
    const clear = (): void => {
      clearTimeout(timer);
    };
    socket.once("connect", clear);
    call.once("close", clear);
  });
}

async function readBody(
  response: http.IncomingMessage,
  maxBytes: number,
  abort: (message: string, code: string) => void,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      const message = `the answer is longer than ${maxBytes} bytes`;
      abort(message, "TOO_LARGE");
      throw new TransportError(message, "TOO_LARGE");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function asTransportError(error: NodeJS.ErrnoException): TransportError {
  if (error instanceof TransportError) return error;
  // An address with several IPs fails with an AggregateError whose own message is empty.
  const message = error.message === "" ? (error.code ?? "connection failed") : error.message;
  return new TransportError(message, error.code ?? "UNKNOWN", { cause: error });
}

/** Node's `ca` option replaces its authorities, NODE_EXTRA_CA_CERTS included: they are named again. */
function systemAuthorities(): readonly string[] {
  const extra = process.env["NODE_EXTRA_CA_CERTS"];
  if (extra === undefined || extra === "") return rootCertificates;
  try {
    return [...rootCertificates, readFileSync(extra, "utf8")];
  } catch {
    // Node itself only warns about a file that it cannot read.
    return rootCertificates;
  }
}
