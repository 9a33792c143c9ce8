import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  /** `GET /path?query`. */
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An HTTP API on loopback that answers as a test says, and notes what it was asked. */
export class JsonServer {
  public readonly asked: Asked[] = [];

  private constructor(
    private readonly server: Server,
    /** Decides each answer. */
    public answer: (asked: Asked, url: URL) => Answer,
  ) {}

  public static async start(): Promise<JsonServer> {
    const http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        const asked = { line: `${method} ${url}`, headers, body: Buffer.concat(chunks).toString() };
        own.asked.push(asked);
        const { status = 200, headers: given, body } = own.answer(asked, new URL(url, own.api));
        response.writeHead(status, { "content-type": "application/json", ...given });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
    });
    const own: JsonServer = new JsonServer(http, () => ({ status: 404 }));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return own;
  }

  public get api(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What was asked since the last call, as `GET /path?query`. */
  public take(): string[] {
    return this.asked.splice(0).map(({ line }) => line);
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export const login = (password: string) => () => Promise.resolve({ username: "ann", password });
export const A = `sha256:${"a".repeat(64)}`;
export const B = `sha256:${"b".repeat(64)}`;
