import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PULL_USER, pullPassword, REGISTRY_SERVER } from "../../dev/localRegistry";
import { skip } from "../../dev/skip";
import { lookUpVersion } from "../../lib/images";
import { run } from "../../lib/process/run";
import { createProject, type Project } from "./support/project";
import { registry, tagsOf } from "./support/registry";
import { planned, release } from "./support/release";

const SERVICE = "app";
const BASE = `${REGISTRY_SERVER}/mirror/busybox:1`;
const FILES = {
  "docker-compose.prod.yml": `services:
  app:
    build: app
    image: "\${DOCKER_REGISTRY}/app:\${VERSION}"
`,
  // Nothing runs in the build: only the image itself needs emulation.
  "app/Dockerfile": `FROM ${BASE}
COPY text /text
`,
  "app/text": "both\n",
};

/** Platform, and what the machine is called there. */
const PLATFORMS = [
  ["linux/amd64", "x86_64"],
  ["linux/arm64", "aarch64"],
] as const;

describe("both platforms", function () {
  this.timeout(600_000);
  let project: Project | undefined;
  /** Docker's own configuration for the pulls here; nobody's login is touched. */
  let dockerConfig: string;

  before(async function () {
    dockerConfig = await mkdtemp(join(tmpdir(), "e2e-docker-"));
    const reason = await whatIsMissing();
    if (reason !== undefined) skip(this, reason);
    project = await createProject({
      files: FILES,
      config: { host: false, platforms: PLATFORMS.map(([platform]) => platform) },
    });
  });

  after(async () => {
    await project?.dispose();
    await rm(dockerConfig, { recursive: true, force: true });
  });

  const docker = async (...args: readonly string[]): Promise<string> => {
    const env = { DOCKER_CONFIG: dockerConfig };
    const { code, stdout, stderr } = await run("docker", args, { env, timeoutMs: 120_000 });
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };

  const whatIsMissing = async (): Promise<string | undefined> => {
    const tags = await tagsOf("mirror/busybox").catch((): Record<string, string> => ({}));
    const foreign = tags["1-arm64"];
    if (foreign === undefined) return `${BASE} has no linux/arm64; \`npm test\` makes it`;
    await login();
    const tried = await run("docker", ["run", "--rm", "--platform", "linux/arm64", BASE, "true"], {
      env: { DOCKER_CONFIG: dockerConfig },
      timeoutMs: 120_000,
    });
    return tried.code === 0 ? undefined : "containers for linux/arm64 do not run here";
  };

  const login = async (): Promise<void> => {
    const args = ["login", "--username", PULL_USER, "--password-stdin", REGISTRY_SERVER];
    const env = { DOCKER_CONFIG: dockerConfig };
    const { code, stderr } = await run("docker", args, { env, input: pullPassword() });
    assert.equal(code, 0, stderr);
  };

  it("stand in one index, and each image runs, the other one under emulation", async () => {
    assert.ok(project !== undefined);
    const outcome = await release(project, [SERVICE]);
    assert.ok(!outcome.failed, outcome.output);
    assert.equal(outcome.builds, PLATFORMS.length);
    const repository = `${project.namespace}/${SERVICE}`;
    const published = await lookUpVersion(registry(), repository, "v0.1.0");
    assert.deepEqual(
      published?.platforms.map(({ platform }) => platform),
      PLATFORMS.map(([platform]) => platform),
    );
    // By tag: Docker keeps one platform's image by the digest of an index, and no second one.
    const image = `${REGISTRY_SERVER}/${repository}:v0.1.0`;
    for (const [platform, machine] of PLATFORMS) {
      await docker("pull", "--quiet", "--platform", platform, image);
      const options = ["--rm", "--platform", platform, "--entrypoint", "/bin/busybox"];
      assert.equal(await docker("run", ...options, image, "uname", "-m"), machine);
      assert.equal(await docker("run", ...options, image, "cat", "/text"), "both");
    }
    assert.deepEqual(await planned(project), {}, "a preview right after shows a change");
  });

  it("of an unchanged source get a new version without a build", async () => {
    assert.ok(project !== undefined);
    await project.configure({ version: "v0.2.0" });
    const outcome = await release(project, [SERVICE]);
    assert.ok(!outcome.failed, outcome.output);
    assert.equal(outcome.builds, 0);
    const repository = `${project.namespace}/${SERVICE}`;
    const [old, now] = await Promise.all(
      ["v0.1.0", "v0.2.0"].map((version) => lookUpVersion(registry(), repository, version)),
    );
    assert.deepEqual(now?.platforms, old?.platforms);
  });
});
