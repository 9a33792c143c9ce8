import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { objectOf } from "../../../lib/compose/json";
import { renderSwitch } from "../../../lib/compose/renderSwitch";
import { renderSwitchConfig } from "../../../lib/rollout/switch/config";
import { facts } from "../../unit/lib/rollout/support";
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
const DEFINITION = renderSwitch({
  model: {
    services: { web: { ours: true, contents: {}, definition: { networks: { back: null } } } },
    networks: { back: {}, front: {} },
    volumes: {},
    configs: {},
    secrets: {},
  },
  facts: facts({ fronted: true, networks: ["back"] }),
  image: "haproxy",
  configVolume: "switch-config",
  labels: {},
});

/**
 * What a switch's container is, beside its file. Two rules are no property of one switch and are proven
 * in test/provider/rollout/adopt.test.ts: 4 (a changed port blinks one service) and 16 (an operator's
 * `--remove-orphans`). Of rule 2, that no two services share a switch follows from SwitchConfig, which
 * has one service; the memory that many switches take together is not measured here.
 */
describe("the container of a real switch", function () {
  this.timeout(60_000);
  let stage: Stage;
  let names: Member;
  let ours: StageSwitch;

  before(async function () {
    const opened = await openStage("switch-definition");
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    stage = opened;
    names = await stage.app("names", ["web-blue"]);
    ours = await stage.start(OURS, ["blue1"]);
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (stage as Stage | undefined)?.close();
  });

  it("rule 2: is one process of one thread", async () => {
    // The runtime line is a shell in the same container; it does not count.
    const processes = async ({ id }: StageSwitch): Promise<number> => {
      const { Processes } = (await stage.docker.getContainer(id).top()) as {
        Processes: string[][];
      };
      return Processes.filter((columns) => (columns.at(-1) ?? "").startsWith("haproxy")).length;
    };
    const command = DEFINITION.command as string[];
    assert.deepEqual(DEFINITION.entrypoint, ["haproxy"]);
    const plain = await stage.start(OURS, [], { Cmd: command });
    assert.equal(await processes(plain), 1);
    const master = await stage.start(OURS, [], {
      Cmd: command.map((word) => (word === "-db" ? "-W" : word)),
    });
    assert.equal(await processes(master), 2);
    assert.match(await ours.command("show info"), /^Nbthread: 1$/m);
    assert.match(await ours.command("show info"), /^Maxconn: 4096$/m);
  });

  it("rule 3: stands on its service's networks and no other", async () => {
    assert.deepEqual(Object.keys(objectOf(DEFINITION.networks)), ["back"]);
    const front = await openStage("switch-definition-front");
    assert(front !== undefined);
    try {
      const caller = await front.app("front", []);
      const reached = async (host: string): Promise<boolean | undefined> =>
        (await ask(caller.port, `/dial?port=8080&host=${host}`)).body.reached;
      const shared = await stage.start(OURS, ["blue1"]);
      const network = stage.docker.getNetwork(front.network);
      await network.connect({ Container: shared.id });
      const { NetworkSettings } = await stage.docker.getContainer(shared.id).inspect();
      assert.equal(await reached(ours.address), false);
      assert.equal(await reached(NetworkSettings.Networks[front.network]?.IPAddress ?? ""), true);
      await network.disconnect({ Container: shared.id, Force: true });
    } finally {
      await front.close();
    }
  });

  it("rule 8: asks Docker alone; an idle colour's name does not leak upstream", async () => {
    assert.deepEqual(DEFINITION.dns, ["127.0.0.1"]);
    await ask(names.port, `/names?mode=answer&address=${names.address}`);
    const leaking = await stage.start(OURS, ["blue1"], { HostConfig: { Dns: [names.address] } });
    const idle = async ({ slots }: StageSwitch): Promise<boolean> =>
      (await slots()).some(({ name, address }) => name === "green1" && address !== undefined);
    await eventually(() => idle(leaking), "a wildcard upstream answers for the idle colour");
    assert.equal(await idle(ours), false);
    const { queries } = (await ask(names.port, "/names")).body;
    assert.equal(queries?.includes("web-green"), true);
  });

  it("rule 18: its admin socket is out of reach of other containers", async () => {
    const reached = async ({ address }: StageSwitch): Promise<boolean | undefined> =>
      (await ask(names.port, `/dial?port=9999&host=${address}`)).body.reached;
    assert.equal(await reached(ours), false);
    const open = await stage.start(without(OURS, "ipv4@127.0.0.1:9999", "ipv4@0.0.0.0:9999"));
    assert.equal(await reached(open), true);
  });
});
