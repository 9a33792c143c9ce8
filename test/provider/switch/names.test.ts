import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { backendsOf, renderSwitchConfig } from "../../../lib/rollout/switch/config";
import { setStateCommands } from "../../../lib/rollout/switch/runtime";
import { ask } from "./support/client";
import {
  eventually,
  openStage,
  WEB,
  without,
  type Member,
  type Stage,
  type StageSwitch,
} from "./support/stage";

const OURS = renderSwitchConfig(WEB);

/** Switches that know their servers by Docker's names, on a network with IPv4 and IPv6. */
describe("the names that a real switch asks for", function () {
  this.timeout(60_000);
  let stage: Stage;
  let blue: Member;
  let names: Member;

  before(async function () {
    const opened = await openStage("switch-names", {
      EnableIPv6: true,
      IPAM: { Driver: "default", Config: [{ Subnet: "fd5b:c0de:7::/64" }] },
    });
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    stage = opened;
    [blue, names] = await Promise.all([stage.app("blue", ["web-blue"]), stage.app("names", [])]);
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (stage as Stage | undefined)?.close();
  });

  const hasAddress = async ({ slots }: StageSwitch, colour: string): Promise<boolean> =>
    (await slots()).some(({ name, address }) => name === `${colour}1` && address !== undefined);

  // HAProxy's own hold is 30 s; nobody needs to wait for it to see that it is not half a second.
  it("rule 8: a stopped server loses its address at once", async () => {
    const [ours, holding] = await Promise.all([
      stage.start(OURS, ["blue1"]),
      stage.start(without(OURS, "  hold other 500ms\n"), ["blue1"]),
    ]);
    const green = await stage.app("green", ["web-green"]);
    for (const one of [ours, holding]) {
      await eventually(() => hasAddress(one, "green"), "green resolves");
    }
    await stage.docker.getContainer(green.id).remove({ force: true });
    const began = performance.now();
    await eventually(async () => !(await hasAddress(ours, "green")), "green is forgotten");
    const took = performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, Math.min(3 * took, 10_000)));
    assert.equal(await hasAddress(holding, "green"), true);
  });

  // A second stands for the 30 s that HAProxy keeps an address when nothing is said.
  for (const [mode, line] of [
    ["silent", "hold timeout 24h"],
    ["refused", "hold refused 24h"],
  ] as const) {
    it(`rule 9: serves while Docker's DNS is away (${mode})`, async () => {
      await ask(names.port, `/names?mode=answer&address=${blue.address}`);
      const asking = without(OURS, "127.0.0.11:53", `${names.address}:53`);
      const [ours, forgetting] = await Promise.all([
        stage.start(asking, ["blue1"]),
        stage.start(without(asking, line, line.replace("24h", "1s")), ["blue1"]),
      ]);
      await ask(names.port, `/names?mode=${mode}`);
      await eventually(
        async () => (await ask(forgetting.port, "/")).status === 503,
        "the switch that forgets answers 503",
      );
      assert.equal((await ask(ours.port, "/")).status, 200);
    });
  }

  it("rule 10: reaches an application on 0.0.0.0 of a network with both families", async () => {
    const ours = await stage.start(OURS, ["blue1"]);
    const preferring = await stage.start(without(OURS, " resolve-prefer ipv4"));
    await preferring.command(...setStateCommands(backendsOf(WEB), "blue", WEB.slots, "ready"));
    await eventually(
      async () => (await preferring.slots()).some(({ check }) => check === "L4CON"),
      "the check of the IPv6 address is refused",
    );
    assert.equal((await ask(ours.port, "/")).status, 200);
    assert.equal((await ask(preferring.port, "/")).status, 503);
  });

  it("rule 10: is reached by callers of both families", async () => {
    const reached = async (config: string): Promise<(boolean | undefined)[]> => {
      const { id } = await stage.start(config);
      const { NetworkSettings } = await stage.docker.getContainer(id).inspect();
      const own = NetworkSettings.Networks[stage.network];
      const hosts = [own?.IPAddress ?? "", own?.GlobalIPv6Address ?? ""];
      return Promise.all(
        hosts.map(
          async (host) => (await ask(blue.port, `/dial?port=8080&host=${host}`)).body.reached,
        ),
      );
    };
    assert.deepEqual(await reached(OURS), [true, true]);
    assert.deepEqual(await reached(without(OURS, "bind 0.0.0.0:8080")), [false, true]);
    assert.deepEqual(await reached(without(OURS, "bind :::8080 v6only")), [true, false]);
  });
});
