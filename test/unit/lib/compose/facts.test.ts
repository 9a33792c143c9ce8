import assert from "node:assert/strict";
import { serviceFacts } from "../../../../lib/compose/facts";
import type { JsonObject, ServiceFacts } from "../../../../lib/compose/model";
import { modelWith } from "./builders";

const START_FIRST = { deploy: { update_config: { order: "start-first" } } };
const PORT_80 = { ports: [{ mode: "ingress", target: 80, published: "8080", protocol: "tcp" }] };

function factsOf(definition: JsonObject, exposed?: number[]): ServiceFacts {
  return serviceFacts("web", modelWith({ web: definition }), exposed);
}

describe("serviceFacts", () => {
  const strategies: [string, JsonObject, ServiceFacts["strategy"], boolean][] = [
    ["Compose's default", { ...PORT_80 }, "stop-first", false],
    [
      "explicit stop-first",
      { deploy: { update_config: { order: "stop-first" } } },
      "stop-first",
      false,
    ],
    ["explicit start-first", { ...START_FIRST, ...PORT_80 }, "start-first", true],
    ["start-first without a port", START_FIRST, "start-first", false],
    [
      "start-first on the host's network",
      { ...START_FIRST, ...PORT_80, network_mode: "host" },
      "start-first",
      false,
    ],
    ["x-hold", { "x-hold": true, ...PORT_80 }, "hold", true],
    ["x-hold: false", { "x-hold": false, ...PORT_80 }, "stop-first", false],
  ];
  for (const [title, definition, strategy, fronted] of strategies) {
    it(`releases by ${strategy}${fronted ? " behind a switch" : ""}: ${title}`, () => {
      const facts = factsOf(definition);
      assert.deepEqual([facts.strategy, facts.fronted], [strategy, fronted]);
    });
  }

  it("takes a service that another waits for to complete as a job, whatever its order", () => {
    const model = modelWith({
      migrate: START_FIRST,
      web: { depends_on: { migrate: { condition: "service_completed_successfully" } } },
    });
    assert.equal(serviceFacts("migrate", model).strategy, "job");
    assert.deepEqual(serviceFacts("web", model).dependsOn, {
      migrate: "service_completed_successfully",
    });
  });

  const gates: [string, JsonObject, ServiceFacts["gate"]][] = [
    ["no health check", {}, { kind: "running", forSeconds: 10 }],
    ["disabled", { disable: true }, { kind: "running", forSeconds: 10 }],
    ["test NONE", { test: ["NONE"] }, { kind: "running", forSeconds: 10 }],
    ["Docker's defaults", { test: ["CMD", "x"] }, { kind: "health", limitSeconds: 240 }],
    [
      "all given",
      { test: ["CMD", "x"], start_period: "15m0s", interval: "5s", timeout: "500ms", retries: 1 },
      { kind: "health", limitSeconds: 911 },
    ],
    [
      "0 means the default",
      { test: ["CMD", "x"], interval: "0s", timeout: "1s", retries: 0 },
      { kind: "health", limitSeconds: 124 },
    ],
  ];
  for (const [title, healthcheck, gate] of gates) {
    it(`derives the gate: ${title}`, () => {
      assert.deepEqual(factsOf({ healthcheck }).gate, gate);
    });
  }

  it("takes the image's health check where the service has none, with the service's timing", () => {
    const model = modelWith({ web: { healthcheck: { interval: "1s" } } });
    const image = { intervalSeconds: 9, timeoutSeconds: 2, retries: 1, startPeriodSeconds: 4 };
    assert.deepEqual(serviceFacts("web", model, [], image).gate, {
      kind: "health",
      limitSeconds: 10,
    });
  });

  it("lists TCP ports of ports, expose and EXPOSE once each, ascending, with their publications", () => {
    const definition = {
      ports: [
        { target: 9000, published: "80", protocol: "tcp", app_protocol: "tcp" },
        { target: 80, published: "8080", protocol: "tcp" },
        { target: 80, published: "8081", protocol: "tcp", host_ip: "127.0.0.1" },
        { target: 81, protocol: "tcp" },
        { target: 53, published: "53", protocol: "udp" },
      ],
      expose: ["80", "90-91/tcp", "99/udp"],
    };
    assert.deepEqual(factsOf(definition, [7000, 80]).ports, [
      {
        target: 80,
        published: [{ port: 8080 }, { hostIp: "127.0.0.1", port: 8081 }],
        protocol: "auto",
      },
      { target: 81, published: [{ port: 0 }], protocol: "auto" },
      { target: 90, published: [], protocol: "auto" },
      { target: 91, published: [], protocol: "auto" },
      { target: 7000, published: [], protocol: "auto" },
      { target: 9000, published: [{ port: 80 }], protocol: "tcp" },
    ]);
  });

  it("reads replicas, networks, grace and memory, with Compose's defaults", () => {
    const given = factsOf({
      scale: 2,
      deploy: { replicas: 3, resources: { limits: { memory: "2147483648" } } },
      networks: { front: null, back: { aliases: ["x"] } },
      stop_grace_period: "1m30s",
    });
    assert.deepEqual(
      [given.replicas, given.networks, given.stopGraceSeconds, given.memoryLimitBytes],
      [3, ["back", "front"], 90, 2_147_483_648],
    );
    const bare = factsOf({});
    assert.deepEqual([bare.replicas, bare.networks, bare.stopGraceSeconds], [1, [], 10]);
    assert.equal("memoryLimitBytes" in bare, false);
    assert.equal(factsOf({ mem_limit: "10485760" }).memoryLimitBytes, 10_485_760);
  });
});
