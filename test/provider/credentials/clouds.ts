import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { createServer as createTls } from "node:https";
import { type AddressInfo, type Server as NetServer, type Socket, connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { CredentialSource } from "../../../lib/resources/registry";

export type Handler = (
  asked: {
    readonly url: string;
    readonly body: string;
    readonly headers: IncomingMessage["headers"];
  },
  response: ServerResponse,
) => void;

/** What a login came to in its process. */
export interface Outcome {
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly code?: string;
  readonly message?: string;
  /** The error with all that it holds. */
  readonly whole?: string;
}

/**
 * Doubles of the clouds on loopback: one server with TLS, which is reached by its own port or as any
 * host through a proxy, and one without. All end with `close`.
 */
export class Clouds {
  public readonly folder = mkdtempSync(join(tmpdir(), "bot-core-clouds-"));
  public readonly asked: string[] = [];
  private readonly servers: NetServer[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly ports = new Map<"tls" | "plain" | "proxy", number>();

  private constructor(public handler: Handler) {}

  /** @param names DNS names of the certificate beside `localhost` */
  public static async start(names: readonly string[], handler: Handler): Promise<Clouds> {
    const clouds = new Clouds(handler);
    const [key, cert] = [join(clouds.folder, "key.pem"), clouds.authority];
    const subjects = ["localhost", ...names].map((name) => `DNS:${name}`).join(",");
    const subject = ["-subj", "/CN=localhost", "-addext", `subjectAltName=${subjects}`];
    const files = ["-keyout", key, "-out", cert];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files],
      { stdio: "ignore" },
    );
    const answer = clouds.answer.bind(clouds);
    const identity = { key: readFileSync(key), cert: readFileSync(cert) };
    await clouds.listen("tls", createTls(identity, answer));
    await clouds.listen("plain", createServer(answer));
    await clouds.listen("proxy", clouds.proxy());
    return clouds;
  }

  public get authority(): string {
    return join(this.folder, "cert.pem");
  }

  /** `localhost:PORT` with TLS. */
  public get server(): string {
    return `localhost:${this.ports.get("tls")}`;
  }

  public get plain(): string {
    return `http://127.0.0.1:${this.ports.get("plain")}`;
  }

  /** Address of a proxy that leads every host to the server with TLS. */
  public get proxyAddress(): string {
    return `http://127.0.0.1:${this.ports.get("proxy")}`;
  }

  /** Resolves a source in a process that trusts these doubles. */
  public async login(
    source: CredentialSource,
    environment: Readonly<Record<string, string>>,
    server = this.server,
  ): Promise<Outcome> {
    const program = resolve(__dirname, "login.ts");
    const child = spawn(
      process.execPath,
      ["--import", "tsx", program, JSON.stringify(source), server],
      {
        cwd: resolve(__dirname, "../../.."),
        env: {
          PATH: process.env["PATH"],
          HOME: this.folder,
          NODE_EXTRA_CA_CERTS: this.authority,
          ...environment,
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    await new Promise((done) => child.once("close", done));
    // Printed by login.ts.
    return JSON.parse(Buffer.concat(chunks).toString()) as Outcome;
  }

  public async close(): Promise<void> {
    const closed = this.servers.map((server) => new Promise((done) => server.close(done)));
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(closed);
    rmSync(this.folder, { recursive: true });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url = "", headers } = request;
      this.asked.push(`${headers.host ?? ""}${url}`);
      this.handler({ url, headers, body: Buffer.concat(chunks).toString() }, response);
    });
  }

  private proxy(): Server {
    const proxy = createServer();
    proxy.on("connect", (_request, socket) => {
      const target = connect(this.ports.get("tls") ?? 0, "localhost", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        target.pipe(socket).pipe(target);
      });
      target.on("error", () => socket.destroy());
      socket.on("error", () => target.destroy());
    });
    return proxy;
  }

  private async listen(name: "tls" | "plain" | "proxy", server: NetServer): Promise<void> {
    const host = name === "tls" ? "localhost" : "127.0.0.1";
    await new Promise<void>((done) => server.listen(0, host, done));
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    this.servers.push(server);
    this.ports.set(name, (server.address() as AddressInfo).port);
  }
}
