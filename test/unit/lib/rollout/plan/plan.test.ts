import assert from "node:assert/strict";
import fc from "fast-check";
import { plan } from "../../../../../lib/rollout/plan/plan";
import type { DesiredRelease, DesiredService } from "../../../../../lib/rollout/plan/types";
import type { ObservedContainer, ObservedHost } from "../../../../../lib/rollout/state/observed";
import { container, desired, host, service } from "../support";
import { simulate } from "./simulate";

const NAMES = ["api", "web", "worker"];

const anyService = (name: string): fc.Arbitrary<DesiredService> =>
  fc
    .record({
      replicas: fc.integer({ min: 1, max: 3 }),
      strategy: fc.constantFrom(
        "start-first" as const,
        "stop-first" as const,
        "hold" as const,
        "job" as const,
      ),
      port: fc.boolean(),
      content: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ replicas, strategy, port, content }) =>
      service({
        facts: {
          name,
          replicas: strategy === "job" ? 1 : replicas,
          strategy,
          fronted: port && (strategy === "start-first" || strategy === "hold"),
          ports: port ? [{ target: 80, published: [], protocol: "auto" }] : [],
        },
        spec: `spec-${name}-${content}-${replicas}-${strategy}`,
        digest: `sha256:${content}`,
        restartPolicy: strategy === "job" ? "no" : "unless-stopped",
      }),
    );

const anyRelease: fc.Arbitrary<DesiredRelease> = fc
  .tuple(
    fc.subarray(NAMES, { minLength: 1 }),
    fc.tuple(...NAMES.map(anyService)),
    fc.constantFrom("v1", "v2"),
  )
  .map(([names, services, version]) =>
    desired(
      services.filter(({ facts }) => names.includes(facts.name)),
      { version },
    ),
  );

const anyContainer: fc.Arbitrary<ObservedContainer> = fc
  .record({
    service: fc.constantFrom(...NAMES, "gone"),
    colour: fc.constantFrom("blue" as const, "green" as const),
    role: fc.constantFrom("colour" as const, "colour" as const, "plain" as const),
    state: fc.constantFrom("running" as const, "exited" as const),
    health: fc.constantFrom("healthy" as const, "unhealthy" as const, "starting" as const),
    spec: fc.constantFrom("spec-old", "spec-web-1-1-start-first", "spec-api-2-1-job"),
    generation: fc.integer({ min: 1, max: 3 }),
    restartPolicy: fc.constantFrom("no", "unless-stopped"),
    networks: fc.constantFrom(["net"], []),
  })
  .map((change) => container(change));

const anyHost: fc.Arbitrary<ObservedHost> = fc
  .array(anyContainer, { maxLength: 6 })
  .map((containers) => host({ containers }));

describe("planning a release", () => {
  it("is finished after one: a second plan of any host is empty", () => {
    fc.assert(
      fc.property(anyRelease, anyHost, (release, before) => {
        const after = simulate(release, before, plan(release, before));
        const second = plan(release, after);
        const open = second.services.filter(({ action }) => action !== "keep");
        assert.deepEqual([open, second.leftovers, second.changes], [[], [], false]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("follows any release by any other, and ends", () => {
    fc.assert(
      fc.property(anyRelease, anyRelease, (first, second) => {
        const one = simulate(first, host(), plan(first, host()));
        const two = simulate(second, one, plan(second, one));
        assert.equal(plan(second, two).changes, false);
      }),
      { numRuns: 1_000 },
    );
  });

  it("touches no service that did not change", () => {
    const release = desired([service(), service({ facts: { name: "api" } })]);
    const before = host({ containers: [container(), container({ service: "api", spec: "old" })] });
    const actions = plan(release, before).services.map(({ name, action }) => [name, action]);
    assert.deepEqual(actions, [
      ["api", "start-first"],
      ["web", "keep"],
    ]);
  });

  const cases: [string, Partial<ObservedContainer>, string, RegExp][] = [
    ["stopped", { state: "exited", health: "unhealthy" }, "mend", /is exited/],
    ["unhealthy", { health: "unhealthy" }, "start-first", /is unhealthy/],
    ["off its network", { networks: [] }, "start-first", /taken off a network/],
    [
      "without its restart policy",
      { restartPolicy: "no" },
      "mend",
      /restart policy no, not unless/,
    ],
    ["of another image", { spec: "x", digest: "sha256:0" }, "start-first", /image 0 -> 1/],
    ["of another configuration", { spec: "x", configuration: "x" }, "start-first", /configuration/],
  ];
  for (const [what, change, action, reason] of cases) {
    it(`acts on a container that is ${what}`, () => {
      const [planned] = plan(
        desired([service()]),
        host({ containers: [container(change)] }),
      ).services;
      assert.equal(planned?.action, action);
      assert.match(planned.reason, reason);
    });
  }

  it("makes missing replicas and removes what is too much", () => {
    const release = desired([service({ facts: { replicas: 2 } })]);
    const one = plan(release, host({ containers: [container()] }));
    assert.match(one.services[0]?.reason ?? "", /1 of 2 containers missing/);
    const three = plan(release, host({ containers: [container(), container(), container()] }));
    assert.equal(three.leftovers.length, 1);
    assert.match(three.leftovers[0]?.why ?? "", /one too many/);
  });

  it("removes orphans, but none when only some services are deployed", () => {
    const before = host({ containers: [container(), container({ service: "old" })] });
    assert.equal(plan(desired([service()]), before).leftovers.length, 1);
    assert.deepEqual(plan(desired([service()], { partial: true }), before).leftovers, []);
  });

  it("lets the file on disk decide which colour serves (rule 7)", () => {
    const blue = container({ generation: 1 });
    const green = container({ colour: "green", generation: 2 });
    const front = container({ role: "switch", spec: "switch-1" });
    const wanted = service({ facts: { fronted: true } });
    for (const active of ["blue", "green"] as const) {
      const config = { service: "web", active, slots: 4, ports: [], hold: false };
      const before = host({
        containers: [blue, green, front],
        switches: { web: { container: front, config } },
      });
      const { services, leftovers } = plan(desired([wanted]), before);
      assert.equal(services[0]?.from, active);
      assert.deepEqual(
        leftovers.map(({ id }) => id),
        [active === "blue" ? green.id : blue.id],
      );
    }
  });

  it("replaces with a service what lives in its namespace", () => {
    const release = desired([
      service({ spec: "new" }),
      service({ facts: { name: "side", strategy: "stop-first" }, follows: ["web"] }),
    ]);
    const before = host({ containers: [container(), container({ service: "side" })] });
    const side = plan(release, before).services.find(({ name }) => name === "side");
    assert.match(side?.reason ?? "", /lives in the container of web/);
  });

  it("runs a job once for its content, and not again on the way back", () => {
    const job = service({ facts: { name: "job", strategy: "job" }, spec: "migrate-1" });
    const recordOf = (generation: number, spec: string): ObservedHost["records"][number] => ({
      generation,
      version: `v${generation}`,
      at: "",
      who: "",
      services: {
        job: { version: "v1", digest: "sha256:1", spec, configuration: "", image: "" },
      },
    });
    const later = container({ service: "job", spec: "migrate-2", state: "exited" });
    const before = host({
      containers: [later],
      records: [recordOf(1, "migrate-1"), recordOf(2, "migrate-2")],
    });
    assert.equal(plan(desired([job]), before).services[0]?.action, "keep");
    assert.equal(plan(desired([{ ...job, spec: "migrate-3" }]), before).services[0]?.action, "job");
  });
});

describe("what a plan warns of", () => {
  it("names blinks, double runs, cut connections, missing health checks and pairs", () => {
    const release = desired([
      service({
        spec: "new",
        facts: {
          fronted: true,
          ports: [{ target: 80, published: [{ port: 8080 }], protocol: "tcp" }],
          dependsOn: { api: "service_healthy" },
        },
      }),
      service({ spec: "new", facts: { name: "api", gate: { kind: "running", forSeconds: 10 } } }),
      service({ spec: "new", facts: { name: "db", strategy: "stop-first" } }),
    ]);
    const front = container({ role: "switch", spec: "other" });
    const config = { service: "web", active: "blue" as const, slots: 4, ports: [], hold: false };
    const before = host({
      containers: [container(), container({ service: "api" }), container({ service: "db" }), front],
      switches: { web: { container: front, config } },
    });
    assert.deepEqual(plan(release, before).warnings, [
      "api: runs twice for a moment",
      "api: has no port; both colours carry its name while they overlap",
      "api: has no health check; it counts as good after running for 10 s",
      "db: is away while it is recreated (`x-hold: true` lets requests wait)",
      "web: port 8080->80 blinks: its switch restarts",
      "web: runs twice for a moment",
      "web: open connections on port 80 (app_protocol: tcp) are cut after 30 s",
      "web and api change together: api moves first, so for a moment the old web calls the new api",
    ]);
  });
});
