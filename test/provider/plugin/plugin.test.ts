import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasPulumi, makeProject } from "./project";
import type { Project } from "./project";

const SECRET = "swordfish-of-the-north";
const PROBE = resolve(__dirname, "probe");

describe("the plugin under the real engine", function () {
  this.timeout(180_000);
  let project: Project;
  let journal: string;

  before(async function () {
    if (!(await hasPulumi())) skip(this, "no pulumi on PATH");
  });

  beforeEach(async () => {
    project = await makeProject({ probe: PROBE });
    journal = join(project.folder, "journal");
  });

  afterEach(async () => {
    await project.remove();
  });

  async function declare(inputs: Readonly<Record<string, unknown>>): Promise<void> {
    await project.program(programOf({ journal, ...inputs }));
  }

  async function notes(): Promise<readonly string[]> {
    return (await readFile(journal, "utf8").catch(() => "")).trim().split("\n");
  }

  async function exported(): Promise<string> {
    const { code, stdout } = await project.pulumi("stack", "export");
    assert.equal(code, 0);
    return stdout;
  }

  it("keeps a secret encrypted through create, refresh and update, also where it was copied", async () => {
    await declare({ text: "one" });
    const created = await project.pulumi("up", "--yes");
    assert.equal(created.code, 0, created.shown);
    const states = [await exported()];
    const refreshed = await project.pulumi("refresh", "--yes");
    assert.equal(refreshed.code, 0, refreshed.shown);
    states.push(await exported());
    await declare({ text: "two" });
    const updated = await project.pulumi("up", "--yes");
    assert.equal(updated.code, 0, updated.shown);
    states.push(await exported());
    for (const [at, state] of states.entries()) {
      assert.doesNotMatch(state, new RegExp(SECRET), `state ${at}`);
      const { nested, derived } = outputsOf(state);
      assert.match(JSON.stringify(nested), /"password":\{"4dabf18193072939515e22adb298388d"/);
      assert.match(JSON.stringify(derived), /"ciphertext"/);
    }
    assert.match(JSON.stringify(outputsOf(states[2]!)["text"]), /two/);
    for (const run of [created, refreshed, updated]) {
      assert.doesNotMatch(run.shown, new RegExp(SECRET));
    }
  });

  it("sees no change in a second run, nor in a rotated login", async () => {
    await declare({ text: "one", registry: { server: "r", push: { password: "older-one" } } });
    assert.equal((await project.pulumi("up", "--yes")).code, 0);
    await declare({ text: "one", registry: { server: "r", push: { password: "newer-one" } } });
    const second = await project.pulumi("preview", "--expect-no-changes");
    assert.equal(second.code, 0, second.shown);
    await declare({ text: "one", registry: { server: "s", push: { password: "newer-one" } } });
    const third = await project.pulumi("preview", "--expect-no-changes");
    assert.notEqual(third.code, 0);
  });

  it("shows progress at the resource", async () => {
    await declare({});
    const { shown } = await project.pulumi("up", "--yes");
    assert.match(shown, /Probe.* step one/);
    assert.match(shown, /password is .*"password":"\[secret\]"/);
  });

  it("shows every failure of a check at once and no value", async () => {
    await declare({ behaviour: "refuse" });
    const { code, shown } = await project.pulumi("preview");
    assert.notEqual(code, 0);
    assert.match(shown, /nested\.password: is .*too weak/);
    assert.match(shown, /text: is not allowed/);
    assert.doesNotMatch(shown, new RegExp(SECRET));
    assertNoStack(shown);
  });

  for (const behaviour of ["fault", "bug"]) {
    it(`shows an error's lines without a stack: ${behaviour}`, async () => {
      await declare({ behaviour });
      const { code, shown } = await project.pulumi("up", "--yes", "--skip-preview");
      assert.notEqual(code, 0);
      assert.match(
        shown,
        behaviour === "bug" ? /cannot read properties/ : /first line .*\n\s*second line/,
      );
      assert.doesNotMatch(shown, new RegExp(SECRET));
      assertNoStack(shown);
    });
  }

  it("keeps what was half made in state, with its reason, and mends it in the next run", async () => {
    await declare({ behaviour: "half" });
    const failed = await project.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(failed.code, 0);
    assert.match(failed.shown, /made, but it does not answer/);
    const state = await exported();
    assert.match(state, /"initErrors":/);
    assert.doesNotMatch(state, new RegExp(SECRET));
    await declare({});
    assert.equal((await project.pulumi("up", "--yes")).code, 0);
    assert.doesNotMatch(await exported(), /initErrors/);
  });

  it("refuses a resource type that it does not have, naming those that it has", async () => {
    await project.program(programOf({ journal }).replaceAll("index:Probe", "index:Other"));
    const { code, shown } = await project.pulumi("preview");
    assert.notEqual(code, 0);
    assert.match(shown, /unknown resource type `probe:index:Other`; .* probe:index:Probe/);
  });

  it("undoes what is running at the first interrupt, and the CLI waits for it", async () => {
    await declare({ behaviour: "wait" });
    const cli = project.start("up", "--yes", "--skip-preview");
    await until(async () => (await notes()).includes("tick"));
    cli.kill("SIGINT");
    await new Promise((resolve) => cli.once("exit", resolve));
    assert.deepEqual((await notes()).slice(-2), ["undoing", "undone"]);
  });

  for (const behaviour of ["wait", "slow-undo"]) {
    it(`ends within 5 s after kill -9 of the CLI: ${behaviour}`, async function () {
      // The bound is the plugin's; a machine that does other things as well may take it for itself.
      this.retries(2);
      await declare({ behaviour });
      const cli = project.start("up", "--yes", "--skip-preview");
      await until(async () => (await notes()).includes("tick"));
      const plugin = Number((await notes())[0]!.replace("pid ", ""));
      assert.ok(isAlive(plugin));
      const killed = Date.now();
      cli.kill("SIGKILL");
      await until(() => Promise.resolve(!isAlive(plugin)));
      const took = Date.now() - killed;
      assert.ok(took < LIMIT_MS, `took ${took} ms`);
      const last = (await notes()).at(-1);
      assert.equal(last, behaviour === "wait" ? "undone" : "undoing");
    });
  }

  it("does nothing in the cancel at the normal end of a run, and deletes on destroy", async () => {
    await declare({});
    assert.equal((await project.pulumi("up", "--yes")).code, 0);
    assert.deepEqual(await notes(), ["made"]);
    assert.equal((await project.pulumi("destroy", "--yes")).code, 0);
    assert.deepEqual(await notes(), ["made", "deleted"]);
  });
});

/** An orphaned plugin would go on switching traffic. */
const LIMIT_MS = 5_000;

function programOf(inputs: Readonly<Record<string, unknown>>): string {
  return `
    const pulumi = require("@pulumi/pulumi");
    class Probe extends pulumi.CustomResource {
      constructor(name, args) {
        super("probe:index:Probe", name, { ...args, derived: undefined });
      }
    }
    const nested = { password: pulumi.secret("${SECRET}"), list: [{ deep: pulumi.secret("${SECRET}") }] };
    new Probe("one", { ...${JSON.stringify(inputs)}, nested });
  `;
}

function outputsOf(state: string): Record<string, unknown> {
  const { deployment } = JSON.parse(state) as {
    deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
  };
  const outputs = deployment.resources.find(({ type }) => type === "probe:index:Probe")?.outputs;
  assert.ok(outputs !== undefined);
  return outputs;
}

function assertNoStack(shown: string): void {
  assert.doesNotMatch(shown, /^\s*at .*[(:]\d+:\d+/m);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, "waited for 30 s");
    await sleep(50);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
