import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { SWITCH_CONFIG_DIRECTORY } from "../../../lib/compose/renderSwitch";
import { switchVolume, type Colour } from "../../../lib/rollout/labels";
import { ignoreMissing } from "../../../lib/rollout/state/records";
import type { ObservedContainer } from "../../../lib/rollout/state/observed";
import {
  backendsOf,
  renderSwitchConfig,
  type SwitchConfig,
} from "../../../lib/rollout/switch/config";
import { seedSwitchConfig, writeSwitchConfig } from "../../../lib/rollout/switch/file";
import { slotFault } from "../../../lib/rollout/switch/gate";
import { setStateCommands, type SlotState } from "../../../lib/rollout/switch/runtime";
import { container } from "../../unit/lib/rollout/support";
import { ask, coloursOf, openWire, UPGRADE } from "./support/client";
import {
  eventually,
  openStage,
  WEB,
  without,
  type Member,
  type Stage,
  type StageSwitch,
} from "./support/stage";

const PROJECT = "switch-colours";
const HOLD: SwitchConfig = { ...WEB, hold: true };
/** Nothing listens there in the applications of the test. */
const DEAF: SwitchConfig = { ...WEB, ports: [{ target: 8089, protocol: "auto" }] };

/** Which containers a real switch sends requests to, and which never. */
describe("the colours behind a real switch", function () {
  this.timeout(60_000);
  let stage: Stage;
  let blue: Member;
  let green: Member;

  before(async function () {
    const opened = await openStage(PROJECT);
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    stage = opened;
    [blue, green] = await Promise.all([
      stage.app("blue", ["web-blue", "pair-blue"]),
      stage.app("green", ["web-green", "pair-blue"]),
    ]);
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (stage as Stage | undefined)?.close();
    await (stage as Stage | undefined)?.docker
      .getVolume(switchVolume(PROJECT, WEB.service))
      .remove()
      .catch(ignoreMissing);
  });

  const set = (
    { command }: StageSwitch,
    config: SwitchConfig,
    colour: Colour,
    state: SlotState,
  ): Promise<string> =>
    command(...setStateCommands(backendsOf(config), colour, config.slots, state));

  const at = (...members: Member[]): ObservedContainer[] =>
    members.map(({ address }) => container({ addresses: { [stage.network]: address } }));

  it("rule 7: a switch that starts while both colours run serves the active one", async () => {
    const ours = renderSwitchConfig(WEB);
    assert.deepEqual(await coloursOf((await stage.start(ours, ["blue1"])).port), ["blue"]);
    const both = await stage.start(without(ours, " disabled"), ["blue1", "green1"]);
    assert.deepEqual(await coloursOf(both.port), ["blue", "green"]);
  });

  it("rules 7 and 15: the file is rewritten beside the running process, and holds after a restart", async () => {
    await seedSwitchConfig(stage.docker, stage.switchImage, PROJECT, WEB);
    const binds = [`${switchVolume(PROJECT, WEB.service)}:${SWITCH_CONFIG_DIRECTORY}:nocopy`];
    const running = await stage.start("", ["blue1"], { HostConfig: { Binds: binds } });
    const wire = openWire(running.port, UPGRADE);
    await wire.until("101 Switching");
    const write = (config: SwitchConfig): Promise<void> =>
      writeSwitchConfig(stage.docker, running.id, PROJECT, config);
    await write({ ...WEB, active: "green" });
    // A file that HAProxy refuses never takes the place of a good one.
    await assert.rejects(write({ ...WEB, service: "no name" }), /refuses its configuration/);
    wire.send("after the new file\n");
    await wire.until("after the new file");
    assert.deepEqual(await coloursOf(running.port), ["blue"]);
    // What the rule keeps out of a release: the process anew cuts what it carries.
    const restarted = await stage.restart(running, ["green1"]);
    assert.equal(wire.closed(), true);
    assert.deepEqual(await coloursOf(restarted.port), ["green"]);
  });

  it("rule 11: requests wait at an unchecked hold server", async () => {
    const ours = renderSwitchConfig(HOLD);
    const duringHold = async (config: string): Promise<number> => {
      const held = await stage.start(config, ["blue1"]);
      await held.command(...backendsOf(HOLD).map((name) => `set server ${name}/hold state ready`));
      await set(held, HOLD, "blue", "drain");
      // Longer than the checks need to find that nothing listens at the hold server.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const asked = ask(held.port, "/");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await set(held, HOLD, "blue", "ready");
      return (await asked).status;
    };
    const [waited, refused] = await Promise.all([
      duringHold(ours),
      duringHold(without(ours, "backup no-check", "backup")),
    ]);
    assert.deepEqual({ waited, refused }, { waited: 200, refused: 503 });
  });

  it("rule 11: nothing waits for nobody outside a release", async () => {
    const ours = renderSwitchConfig({ ...HOLD, active: undefined });
    const on = "hold 127.0.0.1:1 backup no-check";
    const [off, always] = await Promise.all([
      stage.start(ours),
      stage.start(without(ours, `${on} disabled`, on)),
    ]);
    assert.equal((await ask(off.port, "/")).status, 503);
    await assert.rejects(ask(always.port, "/", { timeoutMs: 2_000 }), /timeout/);
  });

  it("rule 12: in drain a colour is checked and gets nothing; in maint nothing is known of it", async () => {
    const gate = await stage.start(renderSwitchConfig(WEB), ["blue1"]);
    const side = { config: WEB, colour: "green" as const, containers: at(green) };
    const fault = async (): Promise<string | undefined> =>
      slotFault(await gate.slots(), side, "reachable");
    await set(gate, WEB, "green", "maint");
    assert.match((await fault()) ?? "", /reaches 0 of 1/);
    await set(gate, WEB, "green", "drain");
    await eventually(async () => (await fault()) === undefined, "green is checked in drain");
    assert.deepEqual(await coloursOf(gate.port), ["blue"]);
  });

  it("rule 12: maint and then ready says UP of a port where nobody listens; drain does not", async () => {
    const gate = await stage.start(renderSwitchConfig({ ...DEAF, active: undefined }));
    const side = { config: DEAF, colour: "green" as const, containers: at(green) };
    const first = async (): Promise<string> =>
      (await gate.slots()).find(({ name, address }) => name === "green1" && address !== undefined)
        ?.status ?? "";
    await eventually(async () => (await first()) !== "", "the name resolves");
    await set(gate, DEAF, "green", "ready");
    assert.match(await first(), /^UP/);
    await set(gate, DEAF, "green", "maint");
    await set(gate, DEAF, "green", "drain");
    const seen = async (): Promise<string> =>
      (await gate.slots()).find(({ name }) => name === "green1")?.check ?? "";
    await eventually(async () => (await seen()) === "L4CON", "the check is refused");
    assert.match(slotFault(await gate.slots(), side, "reachable") ?? "", /L4CON/);
  });

  it("rule 13: an address that is not the colour's own keeps the gate shut", async () => {
    const gate = await stage.start(renderSwitchConfig(WEB), ["blue1"]);
    const fault = async (containers: ObservedContainer[]): Promise<string | undefined> =>
      slotFault(await gate.slots(), { config: WEB, colour: "blue", containers }, "serving");
    await eventually(async () => (await fault(at(blue))) === undefined, "the gate opens");
    assert.match((await fault(at(green))) ?? "", /which is no blue container of web/);
  });

  it("rule 14: each replica has a slot", async () => {
    const pair: SwitchConfig = { ...WEB, service: "pair" };
    const ours = renderSwitchConfig(pair);
    const few = without(ours, "server-template blue 2", "server-template blue 1");
    const [enough, tooFew] = await Promise.all([
      stage.start(ours, ["blue1", "blue2"]),
      stage.start(few, ["blue1"]),
    ]);
    assert.deepEqual(await coloursOf(enough.port), ["blue", "green"]);
    assert.equal((await coloursOf(tooFew.port)).length, 1);
    const side = { config: pair, colour: "blue" as const, containers: at(blue, green) };
    const fault = async (one: StageSwitch): Promise<string> =>
      slotFault(await one.slots(), side, "serving") ?? "";
    await eventually(async () => (await fault(enough)) === "", "both are checked");
    await eventually(async () => !(await fault(tooFew)).includes("INI"), "the one is checked");
    assert.match(await fault(tooFew), /reaches 1 of 2/);
  });
});
