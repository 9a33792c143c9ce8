import assert from "node:assert/strict";
import { historyOutcome } from "../../../../cli/commands/history";
import type { GenerationRecord } from "../../../../lib/rollout";

const target = { address: "ssh://op@prod", engine: "compose", project: "shop" } as const;
const look = { width: 80, colour: false };

function record(
  generation: number,
  version: string,
  specs: Record<string, string>,
): GenerationRecord {
  const services = Object.entries(specs).map(([name, spec]) => {
    return [name, { version, digest: "sha256:1", spec, configuration: "c", image: "i" }] as const;
  });
  const at = `2026-03-0${generation}T11:42:00.330Z`;
  return { generation, version, at, who: "ann@desk", services: Object.fromEntries(services) };
}

const records = [
  record(1, "v1.0.0", { api: "a", web: "a" }),
  { ...record(2, "v1.1.0", { api: "a", web: "b" }), revision: "5aa6338c71dfd6a3a26d" },
  record(3, "v1.0.0", { web: "a" }),
];

describe("history", () => {
  it("shows the live release first, and what each one changed", () => {
    assert.equal(
      historyOutcome(target, records).text(look),
      [
        "GEN  VERSION  DEPLOYED (UTC)    BY        SOURCE        CHANGED",
        "3    v1.0.0   2026-03-03 11:42  ann@desk  -             api, web",
        "2    v1.1.0   2026-03-02 11:42  ann@desk  5aa6338c71df  web",
        "1    v1.0.0   2026-03-01 11:42  ann@desk  -             api, web",
      ].join("\n"),
    );
  });

  it("hands the records over whole", () => {
    const { releases } = historyOutcome(target, records).json as { releases: GenerationRecord[] };
    assert.deepEqual(
      releases.map(({ generation }) => generation),
      [3, 2, 1],
    );
    assert.equal(releases[1]?.revision, "5aa6338c71dfd6a3a26d");
  });

  it("says where there is none, which is no fault", () => {
    const outcome = historyOutcome(target, []);
    assert.equal(outcome.text(look), "shop on ssh://op@prod: no release yet");
    assert.equal(outcome.exitCode, 0);
  });
});
