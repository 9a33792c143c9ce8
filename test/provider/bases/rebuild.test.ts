import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findDockerCli } from "../../../dev/dockerCli";
import {
  PUSH_USER,
  pushPassword,
  REGISTRY_CONTAINER,
  REGISTRY_SERVER,
} from "../../../dev/localRegistry";
import { skip } from "../../../dev/skip";
import { type RunResult, run } from "../../../lib/process/run";
import { attachReport, SARIF_TYPE } from "../../../lib/supplyChain/reports";
import { createProject, type Project } from "../../e2e/support/project";
import { registry } from "../../e2e/support/registry";
import { pushTinyImage } from "../../unit/lib/images/tinyImage";
import { hasPulumi } from "../plugin/project";

const BOT_CORE = resolve(__dirname, "../../../cli/bot-core.mjs");
const REPOSITORY = `rebuild-test/${process.pid}/base`;
const NAME = `${REGISTRY_SERVER}/${REPOSITORY}`;
const COMPOSE = `services:
  app:
    image: "\${DOCKER_REGISTRY}/app:\${VERSION}"
    build:
      context: app
      args:
        BASE: "\${BASE:-${NAME}:1}"
`;

/** Puts what was built anew under the base's tag. */
function pushBase(content: string): Promise<string> {
  return pushTinyImage(registry(), REPOSITORY, "linux/amd64", content, "1");
}

const dockerfile = (digest: string): string =>
  `# kept\nARG BASE=${NAME}:1@${digest}\nFROM \${BASE} AS a\nFROM ${NAME}:1@${digest}\nCOPY --from=a / /\n`;

describe("refreshing bases from a real registry", function () {
  this.timeout(240_000);
  let docker = "";
  const digests: string[] = [];

  before(async function () {
    docker = (await findDockerCli()) ?? "";
    const up = docker !== "" && (await run(docker, ["inspect", REGISTRY_CONTAINER])).code === 0;
    if (!up) skip(this, `the dev registry ${REGISTRY_CONTAINER} is not set up`);
    for (const content of ["one", "two"]) digests.push(await pushBase(content));
  });
  after(async () => {
    for (const digest of digests) await registry().deleteManifest(REPOSITORY, digest);
  });

  describe("without a stack", () => {
    let folder = "";
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "rebuild-"));
      const auth = Buffer.from(`${PUSH_USER}:${pushPassword()}`).toString("base64");
      const config = { auths: { [REGISTRY_SERVER]: { auth } } };
      await writeFile(join(folder, "config.json"), JSON.stringify(config));
      await writeFile(join(folder, "compose.yml"), COMPOSE);
      await run("mkdir", [join(folder, "app")]);
      await writeFile(join(folder, "app/Dockerfile"), dockerfile(digests[0] ?? ""));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    const rebuild = (...args: readonly string[]): Promise<RunResult> =>
      botCore(folder, { DOCKER_CONFIG: folder }, "--compose", "compose.yml", ...args);
    const text = (): Promise<string> => readFile(join(folder, "app/Dockerfile"), "utf8");

    it("shows with --check what it would do, and does nothing", async () => {
      const { code, stdout, stderr } = await rebuild("--check");
      assert.equal(code, 1, stderr);
      assert.match(
        stdout,
        /^--- a\/app\/Dockerfile\n\+\+\+ b\/app\/Dockerfile\n@@ -1,5 \+1,5 @@\n/,
      );
      assert.equal(await text(), dockerfile(digests[0] ?? ""));
    });

    it("moves each digest to what the tag stands for, and prints the change", async () => {
      const { code, stdout, stderr } = await rebuild();
      assert.equal(code, 0, stderr);
      assert.equal(await text(), dockerfile(digests[1] ?? ""));
      assert.equal(stdout.match(/^-.*sha256/gm)?.length, 2);
      assert.equal(stdout.match(/^\+.*sha256/gm)?.length, 2);
      assert.match(
        stderr,
        /app\/Dockerfile:2: \S+ stays on its tag,\s+which now stands for sha256:/,
      );
      // The build arg has no digest.
      assert.match(stderr, /compose\.yml:7: \S+ has no digest; `--pin`\s+gives it one/);
      assert.ok(stderr.split("\n").every((line) => line.length <= 80));
      assert.doesNotMatch(stdout + stderr, new RegExp(pushPassword()));
    });

    it("has nothing to do the second time", async () => {
      const { code, stdout } = await rebuild();
      assert.deepEqual([code, stdout.trim()], [0, ""]);
      assert.equal((await rebuild("--check")).code, 0);
    });

    it("gives a digest where there is none with --pin", async () => {
      const { code, stderr } = await rebuild("--pin");
      assert.equal(code, 0, stderr);
      const compose = await readFile(join(folder, "compose.yml"), "utf8");
      assert.equal(compose, COMPOSE.replace(`${NAME}:1`, `${NAME}:1@${digests[1]}`));
    });

    it("names the base whose registry is away, and goes on with the others", async () => {
      const away = `FROM localhost:1/gone:1@${digests[0]}\n`;
      await writeFile(join(folder, "app/Dockerfile"), dockerfile(digests[0] ?? "") + away);
      const { code, stderr } = await rebuild();
      assert.equal(code, 1);
      assert.match(stderr, /app\/Dockerfile:6: localhost:1\/gone:1 could not be asked: /);
      assert.equal(await text(), dockerfile(digests[1] ?? "") + away);
    });
  });

  describe("of a stack", () => {
    let project: Project | undefined;
    before(async function () {
      if (!(await hasPulumi())) skip(this, "no pulumi on PATH");
      project = await createProject({
        files: {
          "docker-compose.prod.yml": COMPOSE,
          "app/Dockerfile": dockerfile(digests[0] ?? ""),
        },
        config: { host: false },
      });
    });
    after(() => project?.dispose());

    it("says how many findings of the deployed version have a fixed version", async () => {
      assert.ok(project !== undefined);
      const { directory, environment, namespace } = project;
      const repository = `${namespace}/app`;
      const digest = await pushTinyImage(registry(), repository, "linux/amd64", "app", "v0.1.0");
      const properties = { package: "openssl", installedVersion: "1", fixedVersion: "2" };
      const results = [{ ruleId: "CVE-1", message: {}, properties }];
      const log = { version: "2.1.0", runs: [{ tool: { driver: { name: "trivy" } }, results }] };
      const bytes = Buffer.from(JSON.stringify(log));
      const report = { artifactType: SARIF_TYPE, bytes, annotations: {} };
      const attached = await attachReport(registry(), repository, { digest }, report);
      const { code, stdout, stderr } = await botCore(directory, environment, "--stack", "test");
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^ {2}app: 1 of 1 findings have a fixed version$/m);
      assert.match(stdout, /^\+\+\+ b\/app\/Dockerfile$/m);
      await registry().deleteManifest(repository, attached);
    });
  });
});

function botCore(
  cwd: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<RunResult> {
  return run(process.execPath, [BOT_CORE, "images", "rebuild", ...args], {
    cwd,
    env: { ...process.env, ...env },
    timeoutMs: 120_000,
  });
}
