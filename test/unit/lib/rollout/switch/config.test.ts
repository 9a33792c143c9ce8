import assert from "node:assert/strict";
import fc from "fast-check";
import {
  backendsOf,
  parseSwitchConfig,
  renderSwitchConfig,
  type SwitchConfig,
} from "../../../../../lib/rollout/switch/config";
import { slotsFor } from "../../../../../lib/rollout/switch/slots";

const BASE: SwitchConfig = {
  service: "web",
  active: "blue",
  slots: 4,
  ports: [{ target: 8080, protocol: "auto" }],
  hold: false,
};

const render = (change: Partial<SwitchConfig> = {}): string =>
  renderSwitchConfig({ ...BASE, ...change });

/** The lines of one section, without indentation. */
function section(text: string, head: string): string[] {
  const block = text.split("\n\n").find((part) => part.startsWith(head)) ?? "";
  return block
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

describe("haproxy.cfg of a switch", () => {
  it("rule 1: never sends a request again once a byte of it was sent", () => {
    const lines = render({ hold: true })
      .split("\n")
      .filter((line) => line.includes("retry-on"));
    assert.deepEqual(lines, ["  retry-on conn-failure"]);
  });

  it("rule 2: one thread, no master process, a bound on connections", () => {
    const lines = section(render(), "global");
    assert(lines.includes("nbthread 1"));
    assert(lines.includes("maxconn 4096"));
    assert(!render().includes("master-worker"));
  });

  it("rule 5: looks at a connection's first bytes; `app_protocol: tcp` opts out", () => {
    assert.deepEqual(section(render(), "frontend p8080"), [
      "mode tcp",
      "bind 0.0.0.0:8080",
      "bind :::8080 v6only",
      "tcp-request inspect-delay 5s",
      "tcp-request content accept if HTTP",
      "tcp-request content accept if { req.len gt 0 }",
      "use_backend p8080_http if HTTP",
      "default_backend p8080_tcp",
    ]);
    const tcp = render({ ports: [{ target: 5432, protocol: "tcp" }] });
    assert.deepEqual(section(tcp, "frontend p5432"), [
      "mode tcp",
      "bind 0.0.0.0:5432",
      "bind :::5432 v6only",
      "default_backend p5432_tcp",
    ]);
    assert.deepEqual(backendsOf({ ports: [{ target: 5432, protocol: "tcp" }] }), ["p5432_tcp"]);
  });

  it("rule 6: lets long requests, idle WebSockets and large headers live", () => {
    const lines = section(render(), "defaults");
    for (const line of ["timeout client 1h", "timeout server 1h", "timeout tunnel 24h"]) {
      assert(lines.includes(line), line);
    }
    assert(section(render(), "global").includes("tune.bufsize 32768"));
  });

  it("rule 7: a restarted switch serves the colour of its file and no other", () => {
    const servers = (active: SwitchConfig["active"]): string[] =>
      section(render({ active }), "backend p8080_http").filter((line) =>
        line.startsWith("server-template"),
      );
    assert.deepEqual(servers("green"), [
      "server-template blue 4 web-blue:8080 disabled",
      "server-template green 4 web-green:8080",
    ]);
    assert.deepEqual(servers(undefined), [
      "server-template blue 4 web-blue:8080 disabled",
      "server-template green 4 web-green:8080 disabled",
    ]);
  });

  it("rules 8 and 9: forgets stopped servers in half a second, and none while DNS is away", () => {
    const lines = section(render(), "resolvers docker");
    for (const line of [
      "nameserver dns 127.0.0.11:53",
      "hold other 500ms",
      "hold nx 500ms",
      "hold timeout 24h",
      "hold refused 24h",
    ]) {
      assert(lines.includes(line), line);
    }
  });

  it("rule 10: calls by IPv4 and listens on both", () => {
    assert.match(render(), /default-server .* resolve-prefer ipv4 init-addr none/);
    assert.match(render(), /bind 0\.0\.0\.0:8080\n +bind :::8080 v6only/);
  });

  it("rule 11: the hold server is unchecked and off outside a release", () => {
    assert(!render().includes("server hold"));
    const held = section(render({ hold: true }), "backend p8080_http");
    assert(held.includes("server hold 127.0.0.1:1 backup no-check disabled"));
    assert(held.includes("option redispatch 1"));
    assert(held.includes("retries 600"));
  });

  it("rule 14: has a slot for each replica, and some to spare", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (replicas) => slotsFor(replicas) >= replicas),
    );
    assert.equal(slotsFor(1), 4);
  });

  it("rule 17: tells the application who called", () => {
    assert(section(render(), "backend p8080_http").includes("option forwardfor"));
  });

  it("rule 18: its admin socket listens inside the switch alone", () => {
    const sockets = render()
      .split("\n")
      .filter((line) => line.includes("stats socket"));
    assert.deepEqual(sockets, ["  stats socket ipv4@127.0.0.1:9999 level admin"]);
  });

  it("carries its state, which any file of ours gives back", () => {
    const config: fc.Arbitrary<SwitchConfig> = fc.record({
      service: fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/),
      active: fc.constantFrom("blue" as const, "green" as const, undefined),
      slots: fc.integer({ min: 1, max: 50 }),
      hold: fc.boolean(),
      ports: fc.array(
        fc.record({
          target: fc.integer({ min: 1, max: 65_535 }),
          protocol: fc.constantFrom("auto" as const, "tcp" as const),
        }),
        { maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(config, (value) => {
        const again = parseSwitchConfig(renderSwitchConfig(value));
        assert.equal(JSON.stringify(again), JSON.stringify(value));
      }),
    );
    for (const text of ["", "global\n", "# bot-core: {\n", "# bot-core: 3\n"]) {
      assert.equal(parseSwitchConfig(text), undefined);
    }
  });
});
