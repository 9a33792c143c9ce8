import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What went through, as a registry's access log would have it. */
export interface Requests {
  readonly all: number;
  readonly blobGets: number;
  /** Uploads of blobs and writes of manifests. */
  readonly pushes: number;
}

/** A registry's other address on loopback, which counts what is asked of it. */
export interface Tap {
  /** `localhost:PORT`. */
  readonly server: string;
  /** What was asked since the last call. */
  readonly count: () => Requests;
  readonly close: () => Promise<void>;
}

/** @param registry `localhost:PORT` of the registry itself; its tokens are asked for elsewhere */
export async function openTap(registry: string): Promise<Tap> {
  const log: string[] = [];
  const server = createServer((asked, answered) => {
    log.push(`${asked.method ?? ""} ${asked.url ?? ""}`);
    passOn(registry, asked, answered);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server: `localhost:${port}`,
    count: () => {
      const seen = log.splice(0);
      const matching = (pattern: RegExp): number =>
        seen.filter((line) => pattern.test(line)).length;
      return {
        all: seen.length,
        blobGets: matching(/^GET \/v2\/.+\/blobs\/sha256/),
        pushes: matching(/^(PUT|POST|PATCH) /),
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The Host header stays, so that the registry's own addresses lead back through here. */
function passOn(registry: string, asked: IncomingMessage, answered: ServerResponse): void {
  const [, port = ""] = registry.split(":");
  const { method, url: path, headers } = asked;
  const onward = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
    answered.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answered);
  });
  onward.on("error", () => answered.destroy());
  asked.pipe(onward);
}
