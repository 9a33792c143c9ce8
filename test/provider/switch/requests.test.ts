import assert from "node:assert/strict";
import { Agent } from "node:http";
import { skip } from "../../../dev/skip";
import { renderSwitchConfig } from "../../../lib/rollout/switch/config";
import { setStateCommands } from "../../../lib/rollout/switch/runtime";
import { ask, openWire, UPGRADE, type Wire } from "./support/client";
import {
  openStage,
  WEB,
  without,
  type Member,
  type Stage,
  type StageSwitch,
} from "./support/stage";

const OURS = renderSwitchConfig(WEB);
const HTTP_LINE = "  use_backend p8080_http if HTTP\n";

/** What a request meets in a switch: each rule's file serves it, the file without the rule harms it. */
describe("requests through a real switch", function () {
  this.timeout(60_000);
  let stage: Stage;
  let blue: Member;
  let ours: StageSwitch;

  before(async function () {
    const opened = await openStage("switch-requests");
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    stage = opened;
    [blue] = await Promise.all([
      stage.app("blue", ["web-blue"]),
      stage.app("green", ["web-green"]),
    ]);
    ours = await stage.start(OURS, ["blue1"]);
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (stage as Stage | undefined)?.close();
  });

  const start = (line: string, instead = ""): Promise<StageSwitch> =>
    stage.start(without(OURS, line, instead), ["blue1"]);

  it("rule 1: a POST whose answer is lost runs once", async () => {
    const times = async ({ port }: StageSwitch, id: string): Promise<number | undefined> => {
      await ask(port, `/lost?id=${id}`, { method: "POST" }).catch(() => undefined);
      return (await ask(blue.port, `/seen?id=${id}`)).body.times;
    };
    assert.equal(await times(ours, "ours"), 1);
    const replaying = await start("retry-on conn-failure", "retry-on conn-failure empty-response");
    const replayed = await times(replaying, "replayed");
    assert((replayed ?? 0) > 1, `ran ${replayed ?? 0} times`);
  });

  it("rule 5: a kept connection moves with its next request", async () => {
    const moved = async ({ port, command }: StageSwitch): Promise<(string | undefined)[]> => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const first = await ask(port, "/", { agent });
      const backends = ["p8080_http", "p8080_tcp"];
      await command(...setStateCommands(backends, "green", WEB.slots, "ready"));
      await command(...setStateCommands(backends, "blue", WEB.slots, "drain"));
      const second = await ask(port, "/", { agent });
      agent.destroy();
      assert.equal(second.localPort, first.localPort);
      return [first.body.colour, second.body.colour];
    };
    assert.deepEqual(await moved(await stage.start(OURS, ["blue1"])), ["blue", "green"]);
    assert.deepEqual(await moved(await start(HTTP_LINE)), ["blue", "blue"]);
  });

  it("rule 5: what is not HTTP passes as it is", async () => {
    const wire = openWire(ours.port, "ping\n");
    assert.equal(await wire.until("ping\n"), "blue:ping\n");
    wire.end();
    const onlyHttp = await start("default_backend p8080_tcp", "default_backend p8080_http");
    const refused = openWire(onlyHttp.port, "ping\n");
    await assert.rejects(refused.until("blue:ping"), /400 Bad request|connection ended/);
  });

  it("rule 5: who connects first and asks later is still read as HTTP", async () => {
    const late = async ({ port }: StageSwitch): Promise<string> => {
      const wire = openWire(port);
      await new Promise((resolve) => setTimeout(resolve, 500));
      wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      const text = await wire.until("}");
      wire.end();
      return text;
    };
    const hasty = await start("  tcp-request inspect-delay 5s\n");
    const [patient, blind] = await Promise.all([late(ours), late(hasty)]);
    assert.doesNotMatch(patient, /"from":null/);
    assert.match(blind, /"from":null/);
  });

  // The first request only shows HAProxy that this is HTTP: a head that fills the buffer at once is not
  // recognised and passes as plain TCP.
  it("rule 6: a header of 20 kB is accepted", async () => {
    const headers = { "x-large": "a".repeat(20_000) };
    const large = async ({ port }: StageSwitch): Promise<number> => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await ask(port, "/", { agent });
      const { status } = await ask(port, "/", { agent, headers });
      agent.destroy();
      return status;
    };
    assert.equal(await large(ours), 200);
    assert.equal(await large(await start("  tune.bufsize 32768\n")), 400);
  });

  // The timeouts of the file are hours, those that broke were 60 s: a second stands for them.
  it("rule 6: a long request and an idle WebSocket live", async () => {
    const request = async ({ port }: StageSwitch): Promise<number> =>
      (await ask(port, "/slow?ms=3000")).status;
    const socket = async ({ port }: StageSwitch): Promise<Wire> => {
      const wire = openWire(port, UPGRADE);
      await wire.until("101 Switching");
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return wire;
    };
    const [shortServer, shortTunnel] = [
      await start("timeout server 1h", "timeout server 1s"),
      await start("timeout tunnel 24h", "timeout tunnel 1s"),
    ];
    const [long, cut, idle, ended] = await Promise.all([
      request(ours),
      request(shortServer),
      socket(ours),
      socket(shortTunnel),
    ]);
    assert.deepEqual({ long, cut }, { long: 200, cut: 504 });
    idle.send("still there\n");
    await idle.until("still there");
    assert.equal(ended.closed(), true);
    idle.end();
  });

  it("rule 17: the application sees who called, beside the switch's address", async () => {
    const { body } = await ask(ours.port, "/");
    assert.equal(body.peer, ours.address);
    // The caller that Docker shows a published port: the gateway.
    const { peer } = (await ask(blue.port, "/")).body;
    assert.equal(body.from, peer);
    const silent = await start("  option forwardfor\n");
    assert.equal((await ask(silent.port, "/")).body.from, null);
  });
});
