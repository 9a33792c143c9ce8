import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../../../dev/skip";
import type { Credentials } from "../../../lib/oci";
import { type RunResult, run } from "../../../lib/process/run";
import type { RegistryEndpoint } from "../../../lib/resources/registry";
import { withRegistryLogin } from "../../../lib/supplyChain";
import { registryArgs } from "../../../lib/supplyChain/signature/cosignArgs";
import { COSIGNS, PULL, type PushedIndex, SigningWorld } from "./signingWorld";
import { type TlsFront, startTlsFront } from "./tlsFront";
import { type VulnerabilityDb, makeVulnerabilityDb, missingMaker } from "./vulnerabilityDb";

const PORT = 15_768;
const REPOSITORY = "login-test/web";

/** What each tool is asked for: to read the image by its digest. */
const TOOLS: readonly {
  readonly name: string;
  readonly program: string;
  readonly cosign?: string | undefined;
  readonly args: (reference: string, cosign: readonly string[]) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}[] = [
  {
    name: "syft",
    program: "syft",
    args: (reference) => ["scan", `registry:${reference}`, "-o", "json"],
    env: { SYFT_CHECK_FOR_APP_UPDATE: "false" },
  },
  {
    name: "grype",
    program: "grype",
    args: (reference) => [`registry:${reference}`, "-o", "json"],
    env: { GRYPE_CHECK_FOR_APP_UPDATE: "false" },
  },
  {
    name: "trivy",
    program: "trivy",
    args: (reference) => ["image", "--image-src", "remote", "--format", "json", reference],
    env: { TRIVY_SKIP_VERSION_CHECK: "true", TRIVY_DISABLE_TELEMETRY: "true" },
  },
  ...COSIGNS.map(({ line, variable }) => ({
    name: line,
    program: "cosign",
    cosign: variable,
    args: (reference: string, cosign: readonly string[]) => ["tree", ...cosign, reference],
  })),
];

describe("the login of the supply chain's tools", function () {
  this.timeout(120_000);
  const world = new SigningWorld();
  let front: TlsFront | undefined;
  let index: PushedIndex;
  let database: VulnerabilityDb | undefined;

  before(async function () {
    await world.start(this, "login-test-registry", PORT);
    front = await startTlsFront(world.server);
    index = await world.push(REPOSITORY, "v1.0.0", "1.0-1");
  });
  after(async () => {
    front?.close();
    await world.close();
  });

  const plain = (): RegistryEndpoint => ({ server: world.server.server, insecure: true });
  const overTls = (caCert?: string): RegistryEndpoint => ({
    server: front?.server ?? "",
    insecure: false,
    ...(caCert === undefined ? {} : { caCert }),
  });

  const hasRead = ({ code }: RunResult): boolean => code === 0;

  for (const { name, program, cosign, args, env: own = {} } of TOOLS) {
    describe(`of ${name}`, () => {
      before(async function () {
        if (program === "cosign") await world.useCosign(this, cosign);
        const found = await run(program, ["version"]).catch(() => undefined);
        if (found?.code !== 0) skip(this, `no ${program} on PATH`);
        if (program !== "grype" && program !== "trivy") return;
        const missing = missingMaker(program);
        if (missing !== undefined) skip(this, missing);
        database = await makeVulnerabilityDb(program);
      });
      after(() => {
        database?.remove();
        database = undefined;
      });

      const call = (
        endpoint: RegistryEndpoint,
        credentials: Credentials | undefined,
      ): Promise<RunResult> =>
        withRegistryLogin({ endpoint, credentials }, ({ env, caFile }) => {
          const digest = index.platforms[0]?.digest ?? "";
          const reference = `${endpoint.server}/${REPOSITORY}@${digest}`;
          const flags = registryArgs({ endpoint, ...(caFile === undefined ? {} : { caFile }) });
          return run(program, args(reference, flags), {
            env: { ...env, ...own, ...database?.env },
          });
        });

      it("is taken by a registry with token authentication", async () => {
        const result = await call(plain(), PULL);
        assert.ok(hasRead(result), result.stderr);
      });

      it("is refused with another password, which no output shows", async () => {
        const result = await call(plain(), { ...PULL, password: "other-pw-77" });
        assert.ok(!hasRead(result), result.stdout);
        assert.match(result.stderr, /unauthorized|UNAUTHORIZED|401/i);
        assert.doesNotMatch(`${result.stdout}${result.stderr}`, /other-pw-77/);
      });

      it("is not that of the user where there is none", async () => {
        process.env["SYFT_REGISTRY_AUTH_USERNAME"] = PULL.username;
        process.env["SYFT_REGISTRY_AUTH_PASSWORD"] = PULL.password;
        try {
          const result = await call(plain(), undefined);
          assert.ok(!hasRead(result), result.stdout);
        } finally {
          delete process.env["SYFT_REGISTRY_AUTH_USERNAME"];
          delete process.env["SYFT_REGISTRY_AUTH_PASSWORD"];
        }
      });

      it("is taken over TLS by a private authority, and only by the right one", async () => {
        const result = await call(overTls(front?.caCert), PULL);
        assert.ok(hasRead(result), result.stderr);
        const untrusted = await call(overTls(), PULL);
        assert.ok(!hasRead(untrusted), untrusted.stdout);
        assert.match(untrusted.stderr, /certificate|x509/);
      });
    });
  }

  it("is on no disk while a tool runs, and nothing of it stays", async () => {
    const login = { endpoint: plain(), credentials: PULL };
    const folder = await withRegistryLogin(login, ({ env }) => {
      const directory = env["DOCKER_CONFIG"] ?? "";
      for (const name of readdirSync(directory)) {
        const text = readFileSync(join(directory, name), "utf8");
        assert.ok(!text.includes(PULL.password), name);
        const encoded = Buffer.from(`${PULL.username}:${PULL.password}`).toString("base64");
        assert.ok(!text.includes(encoded), name);
      }
      return Promise.resolve(directory);
    });
    assert.equal(existsSync(folder), false);
  });
});
