import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { UserError } from "../../lib/errors";

/** Which daemon builds and pushes: the environment of the docker client that reaches it. */
export interface Daemon {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The buildx builder that is this daemon itself. */
  readonly builder: string;
}

/** The daemon of the provider's `host`, `context` and certificates; else of the environment. */
export function daemonOf(config: Readonly<Record<string, string>>): Daemon {
  const context = config["context"];
  if (context !== undefined) {
    return { env: { DOCKER_HOST: undefined, DOCKER_CONTEXT: context }, builder: context };
  }
  const host = config["host"] ?? process.env["DOCKER_HOST"];
  const certificates = certificateFolder(config);
  return {
    builder: "default",
    env: {
      DOCKER_HOST: host,
      // The client refuses both; without a host the official plugin takes the default socket.
      DOCKER_CONTEXT: host === undefined ? "default" : undefined,
      ...(certificates === undefined
        ? {}
        : { DOCKER_CERT_PATH: certificates, DOCKER_TLS_VERIFY: "1" }),
    },
  };
}

const MATERIALS = { caMaterial: "ca.pem", certMaterial: "cert.pem", keyMaterial: "key.pem" };

/** Faults of the provider's certificates, in the official plugin's words. */
export function certificateFaults(config: Readonly<Record<string, unknown>>): readonly string[] {
  const given = Object.keys(MATERIALS).filter((name) => config[name] !== undefined);
  if (given.length === 0) return [];
  const faults: string[] = [];
  if (given.length < Object.keys(MATERIALS).length) {
    faults.push("certMaterial, keyMaterial, and caMaterial must all be specified");
  }
  if (config["certPath"] !== undefined) {
    faults.push("when using raw certificates, certPath must not be specified");
  }
  return faults;
}

function certificateFolder(config: Readonly<Record<string, string>>): string | undefined {
  if (config["caMaterial"] === undefined) return config["certPath"];
  const folder = mkdtempSync(join(tmpdir(), "docker-certificates-"));
  for (const [name, file] of Object.entries(MATERIALS)) {
    writeFileSync(join(folder, file), config[name] ?? "", { mode: 0o600 });
  }
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export interface EngineCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * One call of the Engine API, answered as a stream. It goes through the docker client's own
 * connection (`docker system dial-stdio`), so that sockets, ssh and contexts are all reached alike.
 * @throws UserError `docker-unreachable` with the client's own words
 */
export function callEngine(daemon: Daemon, call: EngineCall): Promise<IncomingMessage> {
  const child = spawn("docker", ["system", "dial-stdio"], {
    env: { ...process.env, ...daemon.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  child.stdin.on("error", () => undefined);
  const connection = Duplex.from({ readable: child.stdout, writable: child.stdin });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      child.kill();
      reject(unreachable(said.trim() === "" ? error.message : said.trim(), error));
    };
    child.on("error", fail);
    connection.on("error", fail);
    const sent = request({
      method: call.method,
      path: call.path,
      headers: { host: "docker", connection: "close", "content-length": "0", ...call.headers },
      createConnection: () => connection,
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
    sent.on("error", fail);
    sent.on("response", (response) => {
      response.on("close", () => child.kill());
      resolve(response);
    });
    sent.end();
  });
}

function unreachable(reason: string, cause: Error): UserError {
  return new UserError(
    `failed to connect to any docker daemon: ${reason}; start Docker, or set DOCKER_HOST`,
    "docker-unreachable",
    { cause },
  );
}
