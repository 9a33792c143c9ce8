import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Behaviour } from "./behaviour";

/** What a server was sent. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** Its first kilobytes. */
  body: string;
}

/** A server that answers in an order that is given, over and over; `undefined` answers as a registry does. */
export class HostileServer {
  public readonly received: Received[] = [];
  public script: readonly (Behaviour | undefined)[] = [];
  public honest: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => {
    response.writeHead(404).end();
  };
  /** Origins in place of `SELF` and `FOREIGN`. */
  public names: Readonly<Record<string, string>> = {};
  private count = 0;
  private readonly server: Server;
  private readonly timers = new Set<NodeJS.Timeout>();

  public constructor() {
    this.server = createServer({ keepAliveTimeout: 500 }, (request, response) => {
      const { method = "", url = "", headers } = request;
      const note: Received = { method, url, headers, body: "" };
      this.received.push(note);
      request.on("data", (chunk: Buffer) => {
        if (note.body.length < 4096) note.body += chunk.toString("latin1");
      });
      request.on("error", () => undefined);
      response.on("error", () => undefined);
      const behaviour = this.script[this.count++ % Math.max(1, this.script.length)];
      if (behaviour === undefined) this.honest(request, response);
      else this.perform(behaviour, request, response);
    });
    this.server.on("clientError", (_error, socket) => socket.destroy());
  }

  public async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Forgets what it was sent and ends what still drips. */
  public rest(): void {
    this.received.splice(0);
    this.count = 0;
    for (const timer of this.timers) clearInterval(timer);
    this.timers.clear();
    this.server.closeAllConnections();
  }

  public async stop(): Promise<void> {
    this.rest();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private perform(
    { status, headers, body, delivery }: Behaviour,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { socket } = request;
    const bytes = body === "echo" ? Buffer.from(echoOf(request)) : body;
    switch (delivery) {
      case "silence":
        return;
      case "reset":
        socket.resetAndDestroy();
        return;
      case "garbage":
        socket.end(Buffer.from([0x53, 0x53, 0x48, 0x2d, 0xff, 0x00, 0x0d, 0x0a, 0x0a]));
        return;
      case "longHeader":
        socket.end(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}\r\n\r\n`);
        return;
      case "halfHeader":
        socket.write("HTTP/1.1 200 OK\r\nContent-Le");
        return;
      case "interim":
        this.repeat(response, () => socket.write("HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n"));
        return;
      default:
        // Node sends no body here, and so would pour for ever.
        if (request.method === "HEAD" || status === 204 || status === 304) {
          this.send(status, headers, bytes, "whole", response);
        } else this.send(status, headers, bytes, delivery, response);
    }
  }

  private send(
    status: number,
    headers: Behaviour["headers"],
    bytes: Buffer,
    delivery: Behaviour["delivery"],
    response: ServerResponse,
  ): void {
    const named = Object.entries(headers).map(([name, value]) => [name, this.fill(value)] as const);
    response.writeHead(status, {
      ...Object.fromEntries(named),
      ...(delivery === "truncated" ? { "content-length": bytes.length + 100 } : {}),
    });
    if (delivery === "whole") response.end(bytes);
    if (delivery === "truncated") response.write(bytes, () => response.destroy());
    if (delivery === "drip") this.repeat(response, () => response.write(" "));
    if (delivery === "endless") pour(response);
  }

  private fill(value: string): string {
    return Object.entries({ ...this.names, COUNT: String(this.count) }).reduce(
      (text, [name, own]) => text.replaceAll(name, own),
      value,
    );
  }

  private repeat(response: ServerResponse, work: () => void): void {
    const timer = setInterval(work, 10);
    this.timers.add(timer);
    response.on("close", () => {
      clearInterval(timer);
    });
  }
}

function pour(response: ServerResponse): void {
  const piece = Buffer.alloc(65_536, "[");
  while (!response.destroyed && response.write(piece));
  if (!response.destroyed) {
    response.once("drain", () => {
      pour(response);
    });
  }
}

/** As nasty registries do: secrets in their own words, and in an error's JSON with escapes. */
function echoOf({ headers: { authorization = "" }, url = "" }: IncomingMessage): string {
  const escaped = Array.from(authorization).map(
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `{"errors":[{"code":${JSON.stringify(`${authorization} ${url}`)},"message":"${escaped.join("")}"}]}`;
}
