import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { resolve } from "node:path";
import { skip } from "../../../dev/skip";
import { until } from "../support/cliProcess";
import { startWorld, whyNoWorld } from "./world";

const CHECKOUT = resolve(__dirname, "../../..");
/** Starts a world, says its name and waits. */
const HOLDER = `
  const { startWorld } = require(${JSON.stringify(resolve(__dirname, "world.ts"))});
  startWorld().then(({ name }) => { console.log(name); setInterval(() => undefined, 1000); });
`;

describe("A world of its own", function () {
  this.timeout(120_000);

  before(function () {
    const reason = whyNoWorld();
    if (reason !== undefined) skip(this, reason);
  });

  it("reaches nothing but itself, and has Docker engines of its own", async () => {
    const world = await startWorld();
    try {
      const { stdout: links } = await world.run("ip", ["-o", "link", "show", "up"]);
      for (const line of links.trim().split("\n")) assert.match(line, /^\d+: (lo|production0):/);
      const { stdout: containers } = await world.run("docker", ["ps", "--format", "{{.Names}}"]);
      assert.equal(containers.trim(), "backend");
      const { code } = await world.run("node", [
        "-e",
        "require('node:dns').lookup('example.com', (e) => process.exit(e?.code === 'ENOTFOUND' ? 0 : 1))",
      ]);
      assert.equal(code, 0, "another name is found");
    } finally {
      await world.close();
    }
    assertGone(world.name);
  });

  it("is gone, with every process, mount and control group, when the tests are killed", async () => {
    const holder = spawn(process.execPath, ["--import", "tsx", "-e", HOLDER], {
      cwd: CHECKOUT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [name = ""] = await firstLine(holder.stdout);
    assert.match(name, /^bot-core-world-/);
    assert.ok(tracesOf(name).length > 0, "there are no traces to look for");
    holder.kill("SIGKILL");
    await until("nothing of the world is left", () => tracesOf(name).length === 0, 30_000);
  });
});

async function firstLine(stream: NodeJS.ReadableStream): Promise<string[]> {
  for await (const line of createInterface({ input: stream })) return [line];
  return [];
}

function assertGone(name: string): void {
  assert.deepEqual(tracesOf(name), []);
}

/** Command lines, mounts and control groups that name a world. */
function tracesOf(name: string): readonly string[] {
  const processes = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => textOf(`/proc/${pid}/environ`) + textOf(`/proc/${pid}/cmdline`))
    .filter((text) => text.includes(name))
    .map(() => "process");
  const mounts = textOf("/proc/mounts").includes(name) ? ["mount"] : [];
  const groups = groupsOf("/sys/fs/cgroup").filter((path) => path.includes(name));
  return [...processes, ...mounts, ...groups];
}

function groupsOf(root: string): readonly string[] {
  const hierarchies = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${root}/${entry.name}`);
  return [
    ...hierarchies,
    ...hierarchies.flatMap((path) => readdirSync(path).map((name) => `${path}/${name}`)),
  ];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended.
    return "";
  }
}
