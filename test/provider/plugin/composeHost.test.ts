import assert from "node:assert/strict";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { skip } from "../../../dev/skip";
import { run } from "../../../lib/process/run";
import { hasPulumi, makeProject } from "./project";
import type { Project } from "./project";

const NAME = "plugin-test-host";
const PORT = 15_873;
const ADDRESS = "unix:///var/run/docker.sock";
const SECRET = "swordfish-of-the-sea";

interface Declaration {
  readonly version?: string;
  readonly command?: string;
  readonly health?: string;
  readonly address?: string;
}

describe("ComposeHost under the real engine", function () {
  this.timeout(240_000);
  let project: Project;
  let images: { busybox: string; haproxy: string };

  before(async function () {
    if (!(await hasPulumi())) skip(this, "no pulumi on PATH");
    const [busybox, haproxy] = [await localImage("busybox"), await localImage("haproxy")];
    if (busybox === undefined || haproxy === undefined) {
      skip(this, "no bot-core-dev images (`npm test` makes them)");
    }
    images = { busybox, haproxy };
  });

  beforeEach(async () => {
    project = await makeProject({ botcore: resolve(__dirname, "../../../provider") });
  });

  afterEach(async () => {
    await project.pulumi("cancel", "--yes");
    await project.pulumi("destroy", "--yes");
    await project.remove();
    assert.deepEqual(await containers(), [], "destroy leaves no container");
    await docker("volume", "rm", "-f", `${NAME}_data`, `${NAME}_web-switch`);
  });

  async function declare({
    version = "v1.0.0",
    command = "first",
    health = "true",
    address = ADDRESS,
  }: Declaration): Promise<void> {
    const model = {
      services: {
        web: {
          ours: false,
          contents: {},
          definition: {
            image: images.busybox,
            command: ["sh", "-c", `echo ${command} > /index.html; exec httpd -f -p 8080 -h /`],
            environment: { PASSWORD: SECRET },
            healthcheck: {
              test: ["CMD-SHELL", health],
              interval: "1s",
              timeout: "1s",
              retries: 3,
              start_period: "1s",
            },
            networks: { default: null },
            ports: [
              {
                mode: "ingress",
                host_ip: "127.0.0.1",
                target: 8080,
                published: `${PORT}`,
                protocol: "tcp",
              },
            ],
            volumes: [{ type: "volume", source: "data", target: "/data", read_only: true }],
            restart: "unless-stopped",
            stop_grace_period: "1s",
            deploy: { update_config: { order: "start-first" } },
          },
        },
      },
      networks: { default: { name: `${NAME}_default` } },
      volumes: { data: { name: `${NAME}_data` } },
      configs: {},
      secrets: {},
    };
    const inputs = {
      host: { address, engine: "compose", project: NAME },
      registry: {
        endpoint: { server: "localhost:1", insecure: true },
        push: { kind: "anonymous" },
        pull: { kind: "anonymous" },
      },
      version,
      images: {},
      switchImage: images.haproxy,
      rollout: { drainSeconds: 1, soakSeconds: 1, keepReleases: 2, allowVolumeOverlap: true },
    };
    await project.program(`
      const pulumi = require("@pulumi/pulumi");
      class ComposeHost extends pulumi.CustomResource {
        constructor(name, args) {
          super("botcore:index:ComposeHost", name, { ...args, state: undefined, generation: undefined });
        }
      }
      const model = pulumi.secret(${JSON.stringify(JSON.stringify(model))});
      const host = new ComposeHost("host", { ...${JSON.stringify(inputs)}, model });
      exports.state = host.state;
      exports.generation = host.generation;
    `);
  }

  async function pulumi(...args: readonly string[]): Promise<string> {
    const { code, shown } = await project.pulumi(...args);
    assert.equal(code, 0, shown);
    assert.ok(!shown.includes(SECRET));
    return shown;
  }

  async function fails(...args: readonly string[]): Promise<string> {
    const { code, shown } = await project.pulumi(...args);
    assert.notEqual(code, 0, shown);
    assert.ok(!shown.includes(SECRET));
    assert.doesNotMatch(shown, /^\s*at .*[(:]\d+:\d+/m);
    return shown;
  }

  it("plans in the preview, deploys, changes nothing twice, shows drift and mends it", async () => {
    await declare({});
    assert.match(await pulumi("preview"), /web: start-first, first start/);
    assert.deepEqual(await containers(), []);
    await pulumi("up", "--yes", "--skip-preview");
    assert.equal(await served(), "first");
    const state = await pulumi("stack", "export");
    assert.match(state, /"health": "healthy"/);
    await pulumi("preview", "--expect-no-changes");
    const before = await containers();
    await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    assert.deepEqual(await containers(), before);

    const serving = before.find((name) => /web-(blue|green)/.test(name)) ?? "";
    await docker("stop", "-t", "1", serving);
    const drift = await project.pulumi("preview", "--expect-no-changes");
    assert.notEqual(drift.code, 0);
    assert.match(drift.shown, /web: .* is (exited|unhealthy)/);
    assert.match(await pulumi("refresh", "--yes"), /web: .* is (exited|unhealthy)/);
    await pulumi("up", "--yes", "--skip-preview");
    assert.equal(await served(), "first");
    await pulumi("preview", "--expect-no-changes");
  });

  it("keeps the old release where the new one is not healthy, and says why", async () => {
    await declare({});
    await pulumi("up", "--yes", "--skip-preview");
    await declare({ version: "v2.0.0", command: "second", health: "false" });
    const shown = await fails("up", "--yes", "--skip-preview");
    assert.match(shown, /unhealthy|not healthy/);
    assert.equal(await served(), "first");
    await declare({ version: "v3.0.0", command: "third" });
    await pulumi("up", "--yes", "--skip-preview");
    assert.equal(await served(), "third");
  });

  it("keeps the old release serving after kill -9 of the CLI; the next run goes on", async () => {
    await declare({});
    await pulumi("up", "--yes", "--skip-preview");
    const before = await containers();
    // Becomes healthy only long after the kill.
    await declare({ version: "v2.0.0", command: "second", health: "test -e /never" });
    const cli = project.start("up", "--yes", "--skip-preview");
    await until(async () => (await containers()).length > before.length + 1);
    cli.kill("SIGKILL");
    await sleep(5_000);
    assert.equal(await served(), "first");
    await pulumi("cancel", "--yes");
    await declare({ version: "v3.0.0", command: "third" });
    await pulumi("up", "--yes", "--skip-preview");
    assert.equal(await served(), "third");
  });

  it("names an address that cannot be reached, and plans from state after that", async () => {
    await declare({ address: "unix:///nowhere.sock" });
    const reason = /no Docker engine answers on unix:\/\/\/nowhere\.sock/;
    assert.match(await fails("preview"), reason);
    await declare({});
    await pulumi("up", "--yes", "--skip-preview");
    await declare({ address: "unix:///nowhere.sock" });
    const shown = await pulumi("preview");
    assert.match(shown, reason);
    assert.match(shown, /the plan is made from state/);
    assert.match(shown, /~ 1 to update/);
  });
});

async function docker(...args: readonly string[]): Promise<string> {
  return (await run("docker", args)).stdout.trim();
}

async function containers(): Promise<readonly string[]> {
  const listed = await docker("ps", "-a", "--format", "{{.Names}}", "--filter", `name=${NAME}`);
  return listed
    .split("\n")
    .filter((name) => name !== "")
    .sort();
}

async function localImage(name: string): Promise<string | undefined> {
  const reference = `bot-core-dev/${name}:*amd64`;
  const format = ["--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=${reference}`];
  const listed = await docker("image", "ls", ...format).catch(() => "");
  return listed === "" ? undefined : listed.split("\n")[0];
}

async function served(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${PORT}/index.html`);
  assert.equal(response.status, 200);
  return (await response.text()).trim();
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, "waited for 60 s");
    await sleep(100);
  }
}
