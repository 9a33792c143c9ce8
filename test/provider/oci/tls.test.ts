import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { type Server, createServer } from "node:https";
import type { AddressInfo, Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../lib/errors";
import { RegistryClient } from "../../../lib/oci";

const FAST = { retries: 0, timeoutMs: 3000 };

/** Listens on a loopback port; gives `localhost:PORT`. */
async function listen(server: NetServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return `localhost:${(server.address() as AddressInfo).port}`;
}

async function fails(work: Promise<unknown>, words: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, "registry-tls", error.message);
    assert.match(error.message, words);
    return true;
  });
}

describe("RegistryClient and TLS", () => {
  let folder = "";
  let server: Server;
  let address = "";
  let caCert = "";

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "bot-core-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", key, "-out", cert];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files],
      { stdio: "ignore" },
    );
    caCert = readFileSync(cert, "utf8");
    server = createServer({ key: readFileSync(key), cert: caCert }, (_request, response) => {
      response.end("{}");
    });
    address = await listen(server);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const client = (endpoint: { server: string; insecure: boolean; caCert?: string }) =>
    new RegistryClient(endpoint, undefined, FAST);

  it("trusts a private authority that it is given", async () => {
    await client({ server: address, insecure: false, caCert }).ping();
  });

  it("refuses a certificate that nobody vouches for, and names `caCert`", async () => {
    await fails(client({ server: address, insecure: false }).ping(), /not trusted.*`caCert`/);
  });

  it("refuses a certificate of another host", async () => {
    const other = address.replace("localhost", "127.0.0.1");
    await fails(client({ server: other, insecure: false, caCert }).ping(), /not trusted/);
  });

  it("says so when `caCert` is no certificate", async () => {
    const broken = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
    await fails(client({ server: address, insecure: false, caCert: broken }).ping(), /caCert/);
  });

  it("says so when HTTPS is asked of a plain server", async () => {
    const plain = createHttp((_request, response) => response.end("{}"));
    try {
      const endpoint = { server: await listen(plain), insecure: false };
      await fails(client(endpoint).ping(), /answers in plain HTTP.*`insecure`/);
    } finally {
      plain.closeAllConnections();
      plain.close();
    }
  });

  it("says so when plain HTTP is asked of a TLS server of Node, and of one of Go", async () => {
    await assert.rejects(client({ server: address, insecure: true }).ping(), UserError);
    const go = createHttp((_request, response) => {
      response.writeHead(400).end("Client sent an HTTP request to an HTTPS server.\n");
    });
    try {
      const endpoint = { server: await listen(go), insecure: true };
      await fails(client(endpoint).ping(), /answers in TLS.*`insecure` to false/);
    } finally {
      go.closeAllConnections();
      go.close();
    }
  });

  it("refuses plain HTTP beyond this machine before anything is sent", () => {
    for (const name of ["registry.example", "10.0.0.1:5000", "localhost.example"]) {
      assert.throws(
        () => client({ server: name, insecure: true }),
        (error) => error instanceof UserError && error.code === "registry-endpoint",
      );
    }
    for (const name of ["https://x", "x/y", "x:y", "", "user@x"]) {
      assert.throws(
        () => client({ server: name, insecure: false }),
        (error) => error instanceof UserError && /is not allowed/.test(error.message),
      );
    }
  });
});
