import assert from "node:assert/strict";
import { slotFault, type Side } from "../../../../../lib/rollout/switch/gate";
import { parseStat, setStateCommands, type Slot } from "../../../../../lib/rollout/switch/runtime";
import { container } from "../support";

const side = (addresses: string[]): Side => ({
  config: {
    service: "web",
    active: "blue",
    slots: 4,
    ports: [{ target: 80, protocol: "tcp" }],
    hold: false,
  },
  colour: "green",
  containers: addresses.map((address) =>
    container({ service: "web", colour: "green", addresses: { net: address } }),
  ),
});

const slot = (name: string, address: string | undefined, change: Partial<Slot> = {}): Slot => ({
  backend: "p80_tcp",
  name,
  status: "DRAIN",
  check: "L4OK",
  address,
  sessions: 0,
  ...change,
});

describe("the gate in front of a colour", () => {
  it("opens when every container is reachable at its own address", () => {
    const slots = [
      slot("green1", "10.0.0.2"),
      slot("green2", "10.0.0.3"),
      slot("green3", undefined),
    ];
    assert.equal(slotFault(slots, side(["10.0.0.3", "10.0.0.2"]), "reachable"), undefined);
  });

  it("rule 12: is not impressed by a slot that no check has reached", () => {
    for (const change of [
      { check: "" },
      { check: "L4CON" },
      { status: "MAINT" },
      { status: "DOWN" },
    ]) {
      const fault = slotFault(
        [slot("green1", "10.0.0.2", change)],
        side(["10.0.0.2"]),
        "reachable",
      );
      assert.match(fault ?? "", /reaches 0 of 1 containers/);
    }
  });

  it("rule 13: stays shut while a slot has an address of another service", () => {
    const slots = [slot("green1", "10.0.0.2"), slot("green2", "10.0.0.9")];
    assert.match(
      slotFault(slots, side(["10.0.0.2"]), "reachable") ?? "",
      /10\.0\.0\.9, which is no green/,
    );
  });

  it("rule 14: stays shut while a replica has no slot", () => {
    const fault = slotFault(
      [slot("green1", "10.0.0.2")],
      side(["10.0.0.2", "10.0.0.3"]),
      "reachable",
    );
    assert.match(fault ?? "", /reaches 1 of 2 containers/);
  });

  it("looks at every backend of every port", () => {
    const two = side(["10.0.0.2"]);
    const config = { ...two.config, ports: [{ target: 80, protocol: "auto" as const }] };
    assert.match(
      slotFault([slot("green1", "10.0.0.2")], { ...two, config }, "reachable") ?? "",
      /p80_http reaches 0 of 1/,
    );
  });

  it("does not mix up the colours", () => {
    const slots = [slot("blue1", "10.0.0.2", { status: "UP" })];
    assert.match(slotFault(slots, side(["10.0.0.2"]), "reachable") ?? "", /none resolved/);
  });
});

describe("the runtime socket", () => {
  it("reads the columns that it needs by their names", () => {
    const text = [
      "# pxname,svname,qcur,scur,status,check_status,addr,",
      "p80_http,blue1,1,3,UP,* L4OK,172.18.0.4:80,",
      "p80_http,blue2,0,0,MAINT (resolution),,,",
      "p80_http,green1,,0,DRAIN,L4OK,[fd00::2]:80,",
    ].join("\n");
    assert.deepEqual(parseStat(text), [
      slot("blue1", "172.18.0.4", { backend: "p80_http", status: "UP", sessions: 4 }),
      slot("blue2", undefined, { backend: "p80_http", status: "MAINT (resolution)", check: "" }),
      slot("green1", "fd00::2", { backend: "p80_http" }),
    ]);
  });

  it("sets all slots of a colour in all backends", () => {
    assert.deepEqual(setStateCommands(["a", "b"], "green", 2, "ready"), [
      "set server a/green1 state ready",
      "set server a/green2 state ready",
      "set server b/green1 state ready",
      "set server b/green2 state ready",
    ]);
  });
});
