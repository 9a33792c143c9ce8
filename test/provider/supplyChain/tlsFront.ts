import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestRegistry } from "../../../dev/localRegistry";

/** A registry over TLS, with a certificate of its own authority. */
export interface TlsFront {
  /** `localhost:PORT` */
  readonly server: string;
  /** PEM. */
  readonly caCert: string;
  close(): void;
}

/** Puts TLS before a test's registry and its token server. */
export async function startTlsFront(registry: TestRegistry): Promise<TlsFront> {
  const folder = mkdtempSync(join(tmpdir(), "login-test-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
  execFileSync("openssl", [...made, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const caCert = readFileSync(cert, "utf8");
  let realm = "";
  const server = createServer({ key: readFileSync(key), cert: caCert }, (incoming, response) => {
    forward(registry, realm, incoming, response);
  });
  rmSync(folder, { recursive: true });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const name = `localhost:${(server.address() as AddressInfo).port}`;
  realm = `https://${name}/token`;
  return {
    server: name,
    caCert,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward(
  registry: TestRegistry,
  realm: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const token = incoming.url?.startsWith("/token") === true;
  const { method, url, headers } = incoming;
  const port = token ? registry.tokens.port : registry.port;
  const passed = { ...headers, "x-forwarded-proto": "https" };
  const onward = request(
    { host: "localhost", port, method, path: url, headers: passed },
    (answer) => {
      const challenge = answer.headers["www-authenticate"]?.replace(registry.tokens.realm, realm);
      const changed = challenge === undefined ? {} : { "www-authenticate": challenge };
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...changed });
      answer.pipe(response);
    },
  );
  onward.on("error", () => response.destroy());
  incoming.pipe(onward);
}
