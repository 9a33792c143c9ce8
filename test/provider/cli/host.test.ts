import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { skip } from "../../../dev/skip";
import { findDockerCli } from "../../../dev/dockerCli";
import { ensureLocalImage } from "../../../dev/images/localImage";
import { BUSYBOX } from "../../../dev/images/recipes";
import { run, type RunResult } from "../../../lib/process/run";
import { connect, type HostConnection } from "../../../lib/rollout";
import { LABEL } from "../../../lib/rollout/labels";
import { acquireLock, readLock, thisOwner } from "../../../lib/rollout/lock";
import { writeRecord } from "../../../lib/rollout/state/records";
import { hasPulumi } from "../plugin/project";

const BOT_CORE = resolve(__dirname, "../../../cli/bot-core.mjs");
const PROJECT = `cli-test-${process.pid}`;
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const ADDRESS = "unix:///var/run/docker.sock";
const PASSWORD = "cli-test-7c1d";
const TIMEOUT_MS = 120_000;

/** The commands as users run them: a process of their own, a real stack and a real daemon. */
describe("bot-core on a real host", function () {
  this.timeout(TIMEOUT_MS);
  let folder = "";
  let image = "";
  let connection: HostConnection;
  let sleeper: ChildProcess | undefined;

  before(async function () {
    if ((await findDockerCli()) === undefined || !(await hasPulumi())) {
      skip(this, "no pulumi on PATH, or no Docker");
    }
    image = await ensureLocalImage(BUSYBOX, process.arch === "arm64" ? "arm64" : "amd64");
    connection = await connect({ address: ADDRESS }, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    folder = await makeStack();
  });

  after(async () => {
    sleeper?.kill();
    if (folder === "") return;
    const { docker } = connection;
    const filters = { label: [`${LABEL.project}=${PROJECT}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters })) {
      await docker.getContainer(Id).remove({ force: true });
    }
    await connection.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const botCore = (...args: readonly string[]): Promise<RunResult> =>
    run(process.execPath, [BOT_CORE, ...args], { cwd: folder, env: stackEnvironment(folder) });

  const lockBy = (owner: Partial<ReturnType<typeof thisOwner>>): Promise<unknown> =>
    acquireLock(connection.docker, {
      project: PROJECT,
      image,
      deadlineSeconds: 600,
      report: () => undefined,
      owner: { ...thisOwner(), ...owner },
    });

  it("says that there is no release yet", async () => {
    const { code, stdout } = await botCore("status", "--stack", "test");
    assert.equal(stdout, `${PROJECT} on ${ADDRESS}: no release yet\n`);
    assert.equal(code, 1);
  });

  it("shows what runs, and the records", async () => {
    const { docker } = connection;
    const service = { version: "v1", digest: DIGEST, spec: "s", configuration: "c", image };
    const record = { version: "v1", at: "2026-03-04T11:42:00Z", who: "ann@desk" };
    await writeRecord(docker, PROJECT, image, {
      ...record,
      generation: 1,
      services: { web: service },
    });
    const started = await docker.createContainer({
      name: `${PROJECT}-web`,
      Image: image,
      Cmd: ["sleep", "600"],
      Labels: {
        [LABEL.project]: PROJECT,
        [LABEL.role]: "colour",
        [LABEL.service]: "web",
        [LABEL.colour]: "green",
        [LABEL.version]: "v1",
        [LABEL.generation]: "1",
        [LABEL.digest]: DIGEST,
      },
      HostConfig: { NetworkMode: "none" },
    });
    await started.start();
    const status = await botCore("status", "--stack", "test");
    assert.equal(status.code, 0, status.stderr);
    assert.match(status.stdout, /v1, generation 1\ndeployed 2026-03-04 11:42 UTC by ann@desk\n/);
    assert.match(status.stdout, /\nweb +v1 +0123456789ab +running +\d+ s +green\n$/);
    const history = await botCore("history", "--stack", "test", "--json");
    const { releases } = JSON.parse(history.stdout) as { releases: object[] };
    assert.deepEqual(releases, [
      { ...record, generation: 1, services: { web: service }, changed: ["web"] },
    ]);
  });

  it("leaves the lock of a process that runs here alone, unless forced", async () => {
    sleeper = spawn("sleep", ["600"]);
    const pid = sleeper.pid ?? 0;
    await lockBy({ pid, started: startOf(pid) });
    const refused = await botCore("unlock", "--stack", "test");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      new RegExp(`process ${pid}.*runs on this machine.*unlock --force`),
    );
    assert.notEqual(await readLock(connection.docker, PROJECT), undefined);
    const forced = await botCore("unlock", "--stack", "test", "--force", "--json");
    assert.equal(forced.code, 0);
    assert.equal((JSON.parse(forced.stdout) as { unlocked: { pid: number } }).unlocked.pid, pid);
    assert.equal(await readLock(connection.docker, PROJECT), undefined);
  });

  for (const [title, owner] of [
    ["another machine", { who: "bob@ci", machine: "ci 1" }],
    ["a process that is gone", { who: "bob@ci", pid: 2 ** 22 + 1 }],
    ["a later process with the same number", { who: "bob@ci", started: "1" }],
  ] as const) {
    it(`breaks the lock of ${title}, and says whose it was`, async () => {
      await lockBy(owner);
      const { code, stdout } = await botCore("unlock", "--stack", "test");
      assert.match(stdout, /is unlocked; the lock was bob@ci's \(process \d+\), since 20/);
      assert.equal(code, 0);
      const again = await botCore("unlock", "--stack", "test");
      assert.equal(again.stdout, `${PROJECT} on ${ADDRESS} is not locked\n`);
    });
  }

  it("doctor tells every fault at once and no secret", async () => {
    const { code, stdout, stderr } = await botCore("doctor", "--stack", "test", "--json");
    assert.equal(code, 1, stderr);
    const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string }[] };
    const states = Object.fromEntries(checks.map(({ name, state }) => [name, state]));
    assert.equal(states["registry"], "fault");
    assert.equal(states["compose files"], "fault");
    assert.equal(states["host"], "ok");
    assert.equal(states["host's lock"], "ok");
    assert.ok(!(stdout + stderr).includes(PASSWORD));
  });

  for (const [args, code, words] of [
    [["status", "--stack", "nope"], 1, /no stack named 'nope' found/],
    [["statsu"], 2, /`statsu` is no command/],
  ] as const) {
    it(`ends with ${code} for \`${args.join(" ")}\`, without a stack trace`, async () => {
      const result = await botCore(...args);
      assert.equal(result.code, code);
      assert.match(result.stderr, words);
      assert.doesNotMatch(result.stderr, /\n {4}at /);
      assert.equal(result.stdout, "");
    });
  }
});

/** When a process started, as the lock notes it. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function stackEnvironment(folder: string): Record<string, string | undefined> {
  return {
    PULUMI_BACKEND_URL: `file://${join(folder, ".state")}`,
    PULUMI_CONFIG_PASSPHRASE: "cli-test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_STACK: undefined,
    DOCKER_REGISTRY: undefined,
  };
}

/** A project with stack `test`: this daemon, a registry that nobody serves, no Compose file. */
async function makeStack(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "cli-test-"));
  mkdirSync(join(folder, ".state"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bot-core\nruntime: nodejs\n");
  const options = { cwd: folder, env: stackEnvironment(folder) };
  const pulumi = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await run("pulumi", [...args, "--non-interactive"], options);
    assert.equal(code, 0, stderr);
  };
  const off = ["scan", "sbom", "sign", "verify"].flatMap((key) => ["--plaintext", `${key}=false`]);
  const plain = {
    version: "v1.0.0",
    provider: "private",
    "registry.server": "localhost:9",
    "registry.username": "cli",
    "host.address": ADDRESS,
    "host.project": PROJECT,
  };
  const settings = Object.entries(plain).flatMap(([key, value]) => [
    "--plaintext",
    `${key}=${value}`,
  ]);
  await pulumi("stack", "init", "test", "--no-select");
  await pulumi("config", "set-all", "--stack", "test", "--path", ...off, ...settings);
  await pulumi(
    "config",
    "set",
    "--stack",
    "test",
    "--path",
    "--secret",
    "registry.password",
    PASSWORD,
  );
  return folder;
}
