import assert from "node:assert/strict";
import { statusOutcome } from "../../../../cli/commands/status";
import type { LockHolder } from "../../../../lib/rollout/lock";
import type { ObservedContainer, ObservedHost } from "../../../../lib/rollout/state/observed";
import type { GenerationRecord } from "../../../../lib/rollout";
import { container, host } from "../../lib/rollout/support";

const target = { address: "ssh://op@prod", engine: "compose", project: "shop" } as const;
const look = { width: 80, colour: false };
const now = Date.parse("2026-03-04T12:00:00Z");
const startedAt = now - 18 * 60_000;
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const recorded = { version: "v1.0.0", digest, spec: "s", configuration: "c", image: "r/web" };
const record: GenerationRecord = {
  generation: 7,
  version: "v1.0.0",
  revision: "5aa6338c71dfd6a3a26d30dcbc14f29c07063692",
  at: "2026-03-04T11:42:00.330Z",
  who: "ann@desk",
  services: { web: recorded },
};
const web = (change: Partial<ObservedContainer> = {}): ObservedContainer =>
  container({ digest, version: "v1.0.0", startedAt, generation: 7, ...change });

function without(given: ObservedContainer, ...keys: readonly string[]): ObservedContainer {
  const kept = Object.entries(given).filter(([key]) => !keys.includes(key));
  // Only optional fields are named.
  return Object.fromEntries(kept) as unknown as ObservedContainer;
}

function shown(change: Partial<ObservedHost>, lock?: LockHolder): string {
  return statusOutcome(target, host(change), lock, now).text(look);
}

describe("status", () => {
  it("shows the release, its services and the holder of the lock", () => {
    const owner = { who: "bob@ci", machine: "ci 1", pid: 42, started: "9" };
    const lock = {
      id: "x",
      owner,
      since: "2026-03-04T11:59:00Z",
      deadline: "2026-03-04T12:59:00Z",
    };
    assert.equal(
      shown({ containers: [web()], records: [record] }, lock),
      [
        "shop on ssh://op@prod: v1.0.0, generation 7",
        "deployed 2026-03-04 11:42 UTC by ann@desk from 5aa6338c71df",
        "",
        "SERVICE  VERSION  DIGEST        HEALTH   SINCE   COLOUR",
        "web      v1.0.0   0123456789ab  healthy  18 min  blue",
        "",
        "locked by bob@ci (process 42) since 2026-03-04 11:59 UTC, until 2026-03-04 12:59 at most",
      ].join("\n"),
    );
  });

  it("fits 80 columns with long names, and cannot be coloured by what a label says", () => {
    const version = "feature-a-branch-with-a-very-long-name-indeed";
    const service = "a-service-with-a-very-long-name-too\u001b[31m";
    const lines = shown({ containers: [web({ service, version })] })
      .split("\n")
      .slice(2);
    assert.ok(lines.every((line) => line.length <= 80));
    assert.ok(!lines.join("").includes("\u001b"));
  });

  const cases: readonly (readonly [string, Partial<ObservedHost>, string, 0 | 1])[] = [
    ["healthy", { containers: [web()] }, "healthy", 0],
    ["without a health check", { containers: [without(web(), "health")] }, "running", 0],
    ["one of two unhealthy", { containers: [web(), web({ health: "unhealthy" })] }, "unhealthy", 1],
    ["starting", { containers: [web({ health: "starting" })] }, "starting", 1],
    ["stopped by hand", { containers: [web({ state: "exited" })] }, "stopped", 1],
    [
      "a job that failed",
      { containers: [web({ state: "exited", exitCode: 3, restartPolicy: "no" })] },
      "stopped",
      1,
    ],
    [
      "a job that is done",
      { containers: [web({ state: "exited", restartPolicy: "no" })] },
      "ended",
      0,
    ],
    ["recorded and gone", { records: [record] }, "missing", 1],
    [
      "healthy behind a switch that does not run",
      {
        containers: [web()],
        switches: {
          web: { container: web({ role: "switch", state: "exited" }), config: undefined },
        },
      },
      "switch down",
      1,
    ],
    [
      "made by plain Compose",
      { containers: [without(web({ role: "plain" }), "colour", "version")] },
      "healthy",
      0,
    ],
    [
      "only the colour that serves counts",
      {
        containers: [web(), web({ colour: "green", state: "exited", generation: 6, createdAt: 0 })],
        records: [record],
      },
      "healthy",
      0,
    ],
  ];
  for (const [title, change, health, exitCode] of cases) {
    it(`tells health: ${title}`, () => {
      const outcome = statusOutcome(target, host(change), undefined, now);
      const { services } = outcome.json as { services: { health: string }[] };
      assert.deepEqual(
        services.map((service) => service.health),
        [health],
      );
      assert.equal(outcome.exitCode, exitCode);
    });
  }

  it("is a fault where nothing runs, and says so", () => {
    assert.equal(statusOutcome(target, host(), undefined, now).exitCode, 1);
    assert.equal(shown({}), "shop on ssh://op@prod: no release yet");
  });
});
