import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { skip } from "../../../dev/skip";
import type { JsonObject } from "../../../lib/compose/model";
import type { ComposeHostInputs } from "../../../lib/resources/composeHost";
import { planRelease } from "../../../lib/rollout";
import { duplicatesOf, startLoad } from "../../load/generator";
import { answer, containersOf, namesOf } from "./support/host";
import { appService, inputsOf, modelOf, openLab, port, PULL, type Lab } from "./support/lab";

const WEB = 15_756;
const HELD = 15_757;
const PROGRAM = resolve(__dirname, "support/deployProcess.ts");

describe("an interrupted release", function () {
  this.timeout(240_000);
  let lab: Lab;
  const held: JsonObject = { deploy: { update_config: { order: "stop-first" } }, "x-hold": true };

  const release = async (version: string, soakSeconds = 1): Promise<ComposeHostInputs> => {
    const model = modelOf(lab.project, {
      web: appService(lab, { ports: [port(8080, WEB)] }),
      held: appService(lab, { ...held, ports: [port(8080, HELD)] }),
    });
    const image = await lab.image(version);
    const inputs = inputsOf(lab, version, model, { web: image, held: image });
    return { ...inputs, rollout: { ...inputs.rollout, soakSeconds } };
  };

  const start = (inputs: ComposeHostInputs): ChildProcess => {
    const file = join(lab.ids, "..", "inputs.json");
    writeFileSync(file, JSON.stringify({ inputs, login: PULL }));
    return spawn(process.execPath, ["--import", "tsx", PROGRAM, file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
  };

  /** Resolves when a line of progress matches. */
  const line = (child: ChildProcess, pattern: RegExp): Promise<void> =>
    new Promise((done, fail) => {
      let text = "";
      child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (pattern.test(text)) done();
      });
      child.on("close", () => {
        fail(new Error(`ended before ${String(pattern)}: ${text}`));
      });
    });

  const serves = async (version: string): Promise<void> => {
    for (const at of [WEB, HELD]) {
      assert.equal((await answer(`http://127.0.0.1:${at}/`)).version, version);
    }
  };

  before(async function () {
    const opened = await openLab("lab-stop");
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    lab = opened;
    await lab.deploy(await release("v1"));
    await release("v2");
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (lab as Lab | undefined)?.close();
  });

  const moments: [string, RegExp][] = [
    ["while new containers start", /waiting until web/],
    ["while requests are held", /held: recreating/],
    ["in the soak", /watching the new containers/],
  ];

  for (const [when, pattern] of moments) {
    it(`is undone within seconds when it is interrupted ${when}`, async () => {
      const before = await namesOf(lab, "colour");
      const load = startLoad({ url: `http://127.0.0.1:${WEB}` });
      const child = start(await release("v2", 20));
      await line(child, pattern);
      const began = Date.now();
      child.kill("SIGINT");
      await once(child, "close");
      const seconds = (Date.now() - began) / 1000;
      const result = await load.stop();
      console.log(`      undone after ${seconds.toFixed(1)} s, ${result.requests} requests`);
      assert(seconds < 15, `took ${seconds} s`);
      assert.deepEqual(result.failures, []);
      assert.deepEqual(await namesOf(lab, "colour"), before);
      assert.deepEqual(await namesOf(lab, "lock"), []);
      await unchanged("v1");
      await serves("v1");
    });
  }

  const deaths: [string, RegExp, number][] = [
    ["while new containers start", /waiting until web/, 300],
    ["while requests are held", /held: recreating/, 500],
    ["after the traffic moved", /web: traffic moved/, 0],
    ["in the soak", /watching the new containers/, 0],
    ["while the old ones are retired", /retiring the old/, 0],
  ];

  for (const [when, pattern, delay] of deaths) {
    it(`that is killed ${when} is undone by a release of the old version`, async () => {
      await killed(pattern, delay);
      await lab.deploy(await release("v1"));
      await settled("v1");
    });

    it(`that is killed ${when} is finished by the same release`, async () => {
      const load = startLoad({ url: `http://127.0.0.1:${WEB}`, prefix: `kill-${delay}-${when}` });
      await killed(pattern, delay);
      await lab.deploy(await release("v2"));
      const result = await load.stop();
      assert.deepEqual(result.failures, []);
      await settled("v2");
      await lab.deploy(await release("v1"));
    });
  }

  it("sent no request twice through all of this", () => {
    assert.deepEqual(duplicatesOf(lab.seen().filter((id) => id.startsWith("kill-"))), []);
  });

  async function unchanged(version: string): Promise<void> {
    const { services, leftovers, changes } = await planRelease(
      await release(version),
      lab.connection,
    );
    const open = services.filter(({ action }) => action !== "keep");
    assert.deepEqual([open, leftovers, changes], [[], [], false]);
  }

  async function killed(pattern: RegExp, delay: number): Promise<void> {
    const child = start(await release("v2"));
    await line(child, pattern);
    await new Promise((done) => setTimeout(done, delay));
    child.kill("SIGKILL");
    await once(child, "close");
  }

  async function settled(version: string): Promise<void> {
    await serves(version);
    await unchanged(version);
    assert.equal((await namesOf(lab, "colour")).length, 2);
    assert.deepEqual(await namesOf(lab, "lock"), []);
    for (const [name, { state }] of await containersOf(lab)) {
      if (!name.includes("generation")) assert.equal(state, "running", name);
    }
  }
});
