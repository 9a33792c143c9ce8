import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import fc from "fast-check";
import type { Credentials } from "../../../../../lib/oci";
import { run } from "../../../../../lib/process/run";
import type { RegistryEndpoint } from "../../../../../lib/resources/registry";
import { type ToolEnvironment, withRegistryLogin } from "../../../../../lib/supplyChain";

const ENDPOINT: RegistryEndpoint = { server: "registry.example:5000", insecure: false };
const LOGIN: Credentials = { username: "ann", password: "pw-1" };
const directoryOf = ({ env }: ToolEnvironment): string => env["DOCKER_CONFIG"] ?? "";
const configOf = (environment: ToolEnvironment): unknown =>
  JSON.parse(readFileSync(join(directoryOf(environment), "config.json"), "utf8"));

/** What a client that shares docker's configuration is told. */
async function ask({ env }: ToolEnvironment): Promise<unknown> {
  const done = await run("docker-credential-botcore", ["get"], { env, input: ENDPOINT.server });
  assert.equal(done.code, 0, done.stderr);
  return JSON.parse(done.stdout);
}

describe("the registry login of a tool", () => {
  it("comes from a helper, whatever is in it, and is in no file", async () => {
    const text = fc.string({ minLength: 1, unit: "grapheme" }).filter((one) => !one.includes("\0"));
    const secret = text.map((one) => `secret-${one}`);
    await fc.assert(
      fc.asyncProperty(text, secret, async (username, password) => {
        const access = { endpoint: ENDPOINT, credentials: { username, password } };
        await withRegistryLogin(access, async (environment) => {
          const ServerURL = ENDPOINT.server;
          assert.deepEqual(await ask(environment), {
            ...{ ServerURL, Username: username, Secret: password },
          });
          const directory = directoryOf(environment);
          for (const name of readdirSync(directory)) {
            assert.ok(!readFileSync(join(directory, name), "utf8").includes(password));
          }
        });
      }),
      { numRuns: 25 },
    );
  });

  it("is the owner's alone, and nothing of it stays, also after a failure", async () => {
    let directory = "";
    const work = withRegistryLogin({ endpoint: ENDPOINT, credentials: LOGIN }, (environment) => {
      directory = directoryOf(environment);
      assert.equal(statSync(directory).mode & 0o777, 0o700);
      assert.equal(environment.env["PATH"]?.split(delimiter)[0], directory);
      return Promise.reject(new Error("broken"));
    });
    await assert.rejects(work, /broken/);
    assert.equal(existsSync(directory), false);
  });

  it("is filed under the server, and under every name of Docker Hub", async () => {
    await withRegistryLogin({ endpoint: ENDPOINT, credentials: LOGIN }, (environment) => {
      const credHelpers = { [ENDPOINT.server]: "botcore" };
      assert.deepEqual(configOf(environment), { credHelpers });
      return Promise.resolve();
    });
    const endpoint = { server: "docker.io", insecure: false };
    await withRegistryLogin({ endpoint, credentials: LOGIN }, (environment) => {
      const { credHelpers } = configOf(environment) as { credHelpers: Record<string, string> };
      assert.ok("https://index.docker.io/v1/" in credHelpers);
      return Promise.resolve();
    });
  });

  it("leaves no login of the user's in force, with none of ours too", async () => {
    for (const credentials of [LOGIN, undefined, { username: "", password: "" }]) {
      await withRegistryLogin({ endpoint: ENDPOINT, credentials }, (environment) => {
        const { env } = environment;
        for (const name of ["DOCKER_AUTH_CONFIG", "TRIVY_PASSWORD", "SYFT_REGISTRY_AUTH_TOKEN"]) {
          assert.ok(name in env && env[name] === undefined, name);
        }
        if (credentials !== LOGIN) {
          assert.deepEqual(configOf(environment), {});
          assert.deepEqual(readdirSync(directoryOf(environment)), ["config.json"]);
        }
        assert.ok(!("HOME" in env));
        return Promise.resolve();
      });
    }
  });

  it("tells the tools a private authority and plain HTTP", async () => {
    const trusted = { ...ENDPOINT, caCert: "PEM" };
    await withRegistryLogin({ endpoint: trusted, credentials: LOGIN }, ({ env, caFile = "" }) => {
      assert.match(readFileSync(caFile, "utf8"), /^PEM\n/);
      for (const tool of ["SYFT_REGISTRY_CA_CERT", "GRYPE_REGISTRY_CA_CERT", "TRIVY_CACERT"]) {
        assert.equal(env[tool], caFile);
      }
      assert.equal(env["SYFT_REGISTRY_INSECURE_USE_HTTP"], undefined);
      return Promise.resolve();
    });
    const plain = { server: "localhost:5005", insecure: true };
    await withRegistryLogin({ endpoint: plain, credentials: LOGIN }, ({ env, caFile }) => {
      assert.equal(env["SYFT_REGISTRY_INSECURE_USE_HTTP"], "true");
      assert.equal(env["GRYPE_REGISTRY_INSECURE_USE_HTTP"], "true");
      assert.equal(caFile, undefined);
      return Promise.resolve();
    });
  });
});
