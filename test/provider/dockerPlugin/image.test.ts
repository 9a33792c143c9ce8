import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { skip } from "../../../dev/skip";
import { installStandIn, pluginFolder } from "../../../dev/dockerPlugin/install";
import { startTestRegistry } from "../../../dev/localRegistry";
import type { TestRegistry } from "../../../dev/localRegistry";
import { EVERYTHING, tokenUser } from "../../../dev/tokenServer/access";
import { run } from "../../../lib/process/run";
import { hasPulumi, makeProject } from "../plugin/project";
import type { Project } from "../plugin/project";
import { builders, watchArguments } from "./processes";

const SECRET = "swordfish-of-the-south";
// BuildKit remembers a registry's token server for a while; each run's is another one.
const REGISTRY_PORT = 15_900 + (process.pid % 90);
const PREFIX = "docker-plugin-test";

interface Declaration {
  readonly name?: string;
  readonly platform?: string;
  readonly password?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

describe("docker.Image under the real engine", function () {
  this.timeout(240_000);
  let home: string | undefined;
  let registry: TestRegistry | undefined;
  let project: Project;

  before(async function () {
    if (!(await hasPulumi()) || !(await hasDocker())) skip(this, "no pulumi on PATH, or no Docker");
    registry = await startTestRegistry({
      name: `${PREFIX}-registry`,
      port: REGISTRY_PORT,
      users: [tokenUser("push", SECRET, EVERYTHING)],
    });
    if (!hasOfficialPlugin()) {
      home = await mkdtemp(join(tmpdir(), "docker-plugin-home-"));
      await installStandIn(home);
    }
  });

  after(async () => {
    await registry?.close();
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  });

  beforeEach(async () => {
    project = await makeProject({}, home === undefined ? {} : { PULUMI_HOME: home });
    await mkdir(join(project.folder, "app"));
    await writeSource("hello");
    await writeDockerfile("FROM scratch\nCOPY hello /hello\n");
  });

  afterEach(async () => {
    await project.remove();
    await removeLocalImages();
  });

  const writeSource = (text: string): Promise<void> =>
    writeFile(join(project.folder, "app", "hello"), text);
  const writeDockerfile = (text: string): Promise<void> =>
    writeFile(join(project.folder, "app", "Dockerfile"), text);

  async function declare({
    name = "one",
    platform = "linux/amd64",
    password = SECRET,
    more = {},
  }: Declaration): Promise<void> {
    const args = {
      imageName: `localhost:${REGISTRY_PORT}/${PREFIX}:${name}`,
      build: { context: "app", platform },
      ...more,
    };
    await project.program(`
      const pulumi = require("@pulumi/pulumi");
      const docker = require("@pulumi/docker");
      const registry = {
        server: "localhost:${REGISTRY_PORT}",
        username: "push",
        password: pulumi.secret(${JSON.stringify(password)}),
      };
      const image = new docker.Image("app", { ...${JSON.stringify(args)}, registry });
      exports.repoDigest = image.repoDigest;
      exports.id = image.id;
    `);
  }

  async function up(): Promise<string> {
    const { code, shown } = await project.pulumi("up", "--yes", "--skip-preview");
    assert.equal(code, 0, shown);
    return shown;
  }

  async function output(name: string): Promise<string> {
    const { stdout } = await project.pulumi("stack", "output", name);
    return stdout.trim();
  }

  async function assertUnchanged(): Promise<void> {
    const { code, shown } = await project.pulumi("preview", "--expect-no-changes");
    assert.equal(code, 0, shown);
  }

  for (const platform of ["linux/amd64", "linux/arm64"]) {
    it(`builds and pushes for ${platform}; the digest is the registry's`, async () => {
      await declare({ platform });
      await up();
      const digest = await output("repoDigest");
      const repository = `localhost:${REGISTRY_PORT}/${PREFIX}`;
      assert.match(digest, new RegExp(`^${repository}@sha256:[0-9a-f]{64}$`));
      const image = await inspectPushed(digest);
      assert.equal(`${image.Os}/${image.Architecture}`, platform);
      await assertUnchanged();
    });
  }

  it("builds again for a changed file, in place, and not for another password", async () => {
    await declare({});
    await up();
    const [first, id] = [await output("repoDigest"), await output("id")];
    await declare({ password: "another-one" });
    await assertUnchanged();
    await declare({});
    await writeSource("changed");
    const shown = await up();
    assert.match(shown, /~ 1 updated/);
    assert.notEqual(await output("repoDigest"), first);
    await declare({ name: "two" });
    assert.match(await up(), /~ 1 updated/);
    assert.equal(await output("id"), id);
  });

  it("shows the password nowhere: not in state, nor on screen, nor in a process's arguments", async () => {
    await declare({});
    const seen = watchArguments(SECRET);
    const shown = await up();
    assert.deepEqual(await seen.stop(), []);
    assert.ok(seen.looks() > 10);
    const { stdout } = await project.pulumi("stack", "export");
    assert.match(stdout, /repoDigest/);
    assert.ok(!stdout.includes(SECRET) && !shown.includes(SECRET));
  });

  it("reads base and cache images of the private registry with the resource's login", async () => {
    const repository = `localhost:${REGISTRY_PORT}/${PREFIX}`;
    // BuildKit remembers what it once could read: the base is a new one each time.
    await writeSource(`${Date.now()}`);
    await declare({ name: "base" });
    await up();
    const base = await output("repoDigest");
    await removeLocalImages();
    assert.notEqual((await run("docker", ["image", "inspect", base])).code, 0);
    await writeDockerfile(`FROM ${base}\nCOPY hello /again\n`);
    const build = { context: "app", platform: "linux/amd64" };
    const cacheFrom = { images: [`${repository}:base`] };
    await declare({ name: "derived", more: { build: { ...build, cacheFrom } } });
    await up();
    assert.notEqual(await output("repoDigest"), base);
  });

  it("takes cached steps of a pushed image by digest, and builds without a cache that is missing", async () => {
    const repository = `localhost:${REGISTRY_PORT}/${PREFIX}`;
    const build = { context: "app", platform: "linux/amd64" };
    const args = { BUILDKIT_INLINE_CACHE: "1" };
    const file = `first-${Date.now()}`;
    await writeSource(file);
    await writeDockerfile(`FROM scratch\nCOPY Dockerfile /${file}\nCOPY hello /${file}-hello\n`);
    await declare({ name: "cached", more: { build: { ...build, args } } });
    await up();
    const cache = await output("repoDigest");
    const first = await createdTimes(cache);
    await removeLocalImages();
    await forgetSteps(`/${file}-hello`, `/${file}`);
    await writeSource("changed");
    const cacheFrom = { images: [`${repository}@sha256:${"0".repeat(64)}`, cache] };
    await declare({ name: "cached-again", more: { build: { ...build, args, cacheFrom } } });
    assert.match(await up(), /cacheFrom image \S+@sha256:0+ not available: /);
    const second = await createdTimes(await output("repoDigest"));
    // The step's time is that of the first build, only where it was not done again.
    assert.equal(second.at(-1), first.at(-1));
    assert.notEqual(second[0], first[0]);
    await assertUnchanged();
  });

  it("builds in a preview where that is asked for, and pushes nothing then", async () => {
    await declare({ name: "previewed", more: { buildOnPreview: true } });
    const { code, shown } = await project.pulumi("preview");
    assert.equal(code, 0, shown);
    const name = `localhost:${REGISTRY_PORT}/${PREFIX}:previewed`;
    assert.equal((await run("docker", ["image", "inspect", name])).code, 0);
    await up();
    await inspectPushed(await output("repoDigest"));
  });

  it("fails with the build's last lines and no stack", async () => {
    await writeDockerfile("FROM scratch\nCOPY missing /hello\n");
    await declare({});
    const { code, shown } = await project.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(shown, /missing.*not found/);
    assert.doesNotMatch(shown, /^\s*at .*[(:]\d+:\d+/m);
  });

  it("fails where the registry refuses the password, without showing it", async () => {
    await declare({ password: "not-the-password" });
    const { code, shown } = await project.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(shown, /unauthorized|authentication required|denied/);
    assert.ok(!shown.includes("not-the-password"));
  });

  it("pushes nothing with skipPush; the digest is the local image's id", async () => {
    await declare({ name: "local", more: { skipPush: true } });
    await up();
    const { stdout } = await run("docker", [
      ...["image", "inspect", "-f", "{{.Id}}"],
      `localhost:${REGISTRY_PORT}/${PREFIX}:local`,
    ]);
    assert.equal(await output("repoDigest"), stdout.trim());
  });

  it("leaves what was pushed when it is destroyed, and refresh sees no change", async () => {
    await declare({});
    await up();
    const digest = await output("repoDigest");
    const refreshed = await project.pulumi("refresh", "--yes", "--expect-no-changes");
    assert.equal(refreshed.code, 0, refreshed.shown);
    assert.equal((await project.pulumi("destroy", "--yes")).code, 0);
    await inspectPushed(digest);
  });

  it("ends a running build within 5 s after kill -9 of the CLI", async function () {
    this.retries(2);
    if (hasOfficialPlugin()) {
      skip(this, "the official docker plugin is here; this is about the stand-in");
    }
    await writeDockerfile("FROM bot-core-dev/busybox:amd64\nRUN sleep 61\n");
    await declare({});
    const cli = project.start("up", "--yes", "--skip-preview");
    await until(async () => (await builders(project.folder)).length > 0);
    const killed = Date.now();
    cli.kill("SIGKILL");
    await until(async () => (await builders(project.folder)).length === 0);
    assert.ok(Date.now() - killed < 5_000);
  });
});

async function removeLocalImages(): Promise<void> {
  const { stdout } = await run("docker", ["images", "-q", `localhost:${REGISTRY_PORT}/${PREFIX}`]);
  const ids = [...new Set(stdout.split("\n").filter((id) => id !== ""))];
  if (ids.length > 0) await run("docker", ["rmi", "-f", ...ids]);
}

/** When each step of a local image was done, the last one first. */
async function createdTimes(image: string): Promise<readonly string[]> {
  const format = ["--human=false", "--format", "{{.CreatedAt}}"];
  const { code, stderr, stdout } = await run("docker", ["history", ...format, image]);
  assert.equal(code, 0, stderr);
  return stdout.trim().split("\n");
}

/** Takes steps out of the daemon's build cache by a part of what they are; its others stay. */
async function forgetSteps(...parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    const { stdout } = await run("docker", ["buildx", "du", "--verbose"]);
    const records = stdout.split("\n\n").filter((record) => record.includes(part));
    assert.ok(records.length > 0, `no step with ${part}`);
    for (const id of records.map((record) => /^ID:\s+(\S+)/m.exec(record)?.[1] ?? "")) {
      await run("docker", ["builder", "prune", "--all", "--force", "--filter", `id=${id}`]);
    }
  }
}

function hasOfficialPlugin(): boolean {
  const folder = pluginFolder(process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"));
  return existsSync(folder) && !existsSync(join(folder, "STAND-IN"));
}

async function hasDocker(): Promise<boolean> {
  const { code } = await run("docker", ["info"]).catch(() => ({ code: 1 }));
  if (code !== 0) process.stderr.write("    skipped: no Docker daemon answers\n");
  return code === 0;
}

/** What the registry holds, pulled anew. */
async function inspectPushed(
  digest: string,
): Promise<{ readonly Os: string; readonly Architecture: string }> {
  const config = await mkdtemp(join(tmpdir(), "docker-plugin-login-"));
  try {
    const env = { DOCKER_CONFIG: config };
    const server = digest.split("/")[0] ?? "";
    const login = ["login", "--username", "push", "--password-stdin", server];
    assert.equal((await run("docker", login, { env, input: SECRET })).code, 0);
    const { code, stderr, stdout } = await run(
      "docker",
      ["manifest", "inspect", "--insecure", "-v", digest],
      { env },
    );
    assert.equal(code, 0, stderr);
    const { Descriptor } = JSON.parse(stdout) as {
      Descriptor: { platform: { os: string; architecture: string } };
    };
    return { Os: Descriptor.platform.os, Architecture: Descriptor.platform.architecture };
  } finally {
    await rm(config, { recursive: true, force: true });
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, "waited for 60 s");
    await sleep(100);
  }
}
