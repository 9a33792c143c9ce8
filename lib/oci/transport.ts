import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { rootCertificates } from "node:tls";
import { UserError } from "../errors";
import { type HttpRequest, type HttpResponse, exchange } from "./exchange";
import { BodyError, TransportError } from "./transportError";

export type { HttpRequest, HttpResponse } from "./exchange";
export { BodyError, TransportError } from "./transportError";

/**
 * Plain HTTP/1.1 exchanges on kept connections, with a private certificate authority where one is given.
 * Built on node:http, because Node's fetch takes no authority without a further dependency.
 * It follows no redirect, asks for no compression and knows no credential: its caller decides these.
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

  /**
   * @throws TransportError whatever goes wrong before the response is complete; BodyError where the
   *   stream to send broke; what `consume` throws
   */
  public async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await exchange(this.open(request), request);
    } catch (error) {
      if (error instanceof BodyError) throw error;
      throw asTransportError(error);
    }
  }

  private open({ method, url, headers, body }: HttpRequest): http.ClientRequest {
    const secure = url.protocol === "https:";
    const size = body instanceof Uint8Array ? body.byteLength : body?.size;
    return (secure ? https : http).request(url, {
      method,
      headers: {
        "user-agent": "bot-core",
        ...headers,
        ...(size === undefined ? {} : { "content-length": size }),
      },
      agent: secure ? this.httpsAgent : this.httpAgent,
    });
  }
}

function asTransportError(error: unknown): unknown {
  if (error instanceof TransportError || error instanceof UserError) return error;
  if (!(error instanceof Error)) return error;
  const { code = "UNKNOWN", message } = error as NodeJS.ErrnoException;
  if (code.startsWith("HPE_") && !isTlsRecord(error)) {
    return new TransportError(`it is not HTTP as specified (${message})`, "MALFORMED", {
      cause: error,
    });
  }
  // An address with several IPs fails with an AggregateError whose own message is empty.
  return new TransportError(message === "" ? code : message, code, { cause: error });
}

/** The parser keeps what it did not understand; TLS records begin with a content type of 20 to 23. */
function isTlsRecord(error: Error): boolean {
  const { rawPacket } = error as Error & { readonly rawPacket?: Buffer };
  const first = rawPacket?.[0] ?? 0;
  return first >= 20 && first <= 23;
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
