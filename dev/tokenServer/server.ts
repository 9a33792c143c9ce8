import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { authenticate, grant, parseScopes } from "./access";
import type { TokenUser } from "./access";
import { readSigningIdentity } from "./certificate";
import type { SigningIdentity } from "./certificate";
import { TOKEN_SECONDS, signToken } from "./token";

/** How a token server is run. */
export interface TokenServerOptions {
  /** Default: 0, a free port. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly address?: string;
  readonly users: readonly TokenUser[];
  readonly identity: SigningIdentity;
  /** As in the registry's settings. */
  readonly issuer: string;
  readonly service: string;
}

/** A token server that runs. */
export interface TokenServer {
  readonly port: number;
  /** What a registry names as its realm. */
  readonly realm: string;
  /** Requests answered with a token, and refused: for tests that count. */
  readonly counts: { issued: number; refused: number };
  close(): Promise<void>;
}

const LONGEST_FORM = 16_384;

/**
 * Serves tokens for registries by the distribution project's token specification: `GET /token`
 * with Basic authentication, and `POST /token` with the OAuth2 password grant, which BuildKit and
 * containerd try first. Without a known user the answer is 401, also for pulls.
 */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const signer = readSigningIdentity(options.identity);
  const desk = new TokenDesk(options, signer);
  const server = createServer((request, response) => {
    route(desk, request, response);
  });
  const address = options.address ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    // By name: Go's registry clients send no login to a token server that is told by a private address.
    realm: `http://localhost:${port}/token`,
    counts: desk.counts,
    close: () => closeServer(server),
  };
}

/** Gives tokens to whom the server knows, refuses the others, and counts both. */
class TokenDesk {
  public readonly counts = { issued: 0, refused: 0 };

  public constructor(
    private readonly options: TokenServerOptions,
    private readonly signer: ReturnType<typeof readSigningIdentity>,
  ) {}

  public answer(response: ServerResponse, asked: Asked): void {
    const { issuer, service: audience, users } = this.options;
    const user = authenticate(users, asked.user, asked.password);
    if (user === undefined || asked.service !== audience) {
      this.counts.refused += 1;
      refuse(response, issuer);
      return;
    }
    this.counts.issued += 1;
    const access = grant(user, parseScopes(asked.scopes));
    const token = signToken({ issuer, audience, subject: user.name, access }, this.signer);
    send(response, 200, { token, access_token: token, expires_in: TOKEN_SECONDS });
  }
}

/** The server's paths and methods. */
function route(desk: TokenDesk, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://token-server");
  if (url.pathname === "/health") send(response, 200, { ok: true });
  else if (url.pathname !== "/token") send(response, 404, { details: "not found" });
  else if (request.method === "GET") desk.answer(response, fromQuery(request, url));
  else if (request.method === "POST") {
    readForm(request, (form) => {
      if (form === undefined) send(response, 400, { error: "invalid_request" });
      else desk.answer(response, fromForm(form));
    });
  } else send(response, 405, { details: "method not allowed" });
}

/** Closes a server with the connections that clients hold open. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

interface Asked {
  readonly user: string;
  readonly password: string;
  readonly service: string;
  readonly scopes: readonly string[];
}

function fromQuery(request: IncomingMessage, url: URL): Asked {
  const [scheme = "", encoded = ""] = (request.headers.authorization ?? "").split(" ");
  const decoded = scheme.toLowerCase() === "basic" ? Buffer.from(encoded, "base64").toString() : "";
  const colon = decoded.indexOf(":");
  return {
    user: decoded.slice(0, Math.max(colon, 0)),
    password: decoded.slice(colon + 1),
    service: url.searchParams.get("service") ?? "",
    scopes: url.searchParams.getAll("scope"),
  };
}

function fromForm(form: URLSearchParams): Asked {
  const byPassword = form.get("grant_type") === "password";
  return {
    user: byPassword ? (form.get("username") ?? "") : "",
    password: byPassword ? (form.get("password") ?? "") : "",
    service: form.get("service") ?? "",
    scopes: form.getAll("scope"),
  };
}

function readForm(
  request: IncomingMessage,
  done: (form: URLSearchParams | undefined) => void,
): void {
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => {
    text += chunk;
    if (text.length > LONGEST_FORM) request.destroy();
  });
  request.on("end", () => {
    done(text === "" ? undefined : new URLSearchParams(text));
  });
}

function refuse(response: ServerResponse, realm: string): void {
  response.setHeader("WWW-Authenticate", `Basic realm="${realm}"`);
  const message = "authentication required: the user is unknown or the password is wrong";
  send(response, 401, { errors: [{ code: "UNAUTHORIZED", message }] });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}
