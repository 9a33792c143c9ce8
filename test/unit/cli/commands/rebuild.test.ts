import assert from "node:assert/strict";
import {
  rebuildNotes,
  rebuildOutcome,
  type ServiceFindings,
} from "../../../../cli/commands/images/rebuildOutcome";
import type { BaseOutcome, Rebuild } from "../../../../lib/bases";

const look = { width: 80, colour: false };
const OLD = `sha256:${"a".repeat(64)}`;
const NEW = `sha256:${"b".repeat(64)}`;
const MOVED: BaseOutcome = { kind: "moved", from: OLD, to: NEW };
const CURRENT: BaseOutcome = { kind: "current", digest: OLD };
const FAILED: BaseOutcome = { kind: "failed", message: "it is away" };

function planOf(outcomes: readonly BaseOutcome[], changes: Partial<Rebuild> = {}): Rebuild {
  const bases = outcomes.map((outcome, at) => ({
    at: `web/Dockerfile:${at + 1}`,
    reference: `rust:1@${OLD}`,
    services: ["web"],
    outcome,
  }));
  const moves = outcomes.some(({ kind }) => kind === "moved");
  const file = { path: "/p/web/Dockerfile", name: "web/Dockerfile", before: "", after: "x" };
  return {
    bases,
    files: moves ? [file] : [],
    diff: moves ? "--- a\n+++ b\n" : "",
    faults: [],
    ...changes,
  };
}
const none: ServiceFindings = new Map();

describe("images rebuild", () => {
  const codes: [string, Rebuild, boolean, 0 | 1][] = [
    ["nothing to do", planOf([CURRENT]), false, 0],
    ["nothing to do, checked", planOf([CURRENT]), true, 0],
    ["moved", planOf([MOVED]), false, 0],
    ["would move", planOf([MOVED]), true, 1],
    ["not asked", planOf([MOVED, FAILED]), false, 1],
    ["not read", planOf([CURRENT], { faults: [{ at: "x", message: "y" }] }), false, 1],
    [
      "skipped and unpinned",
      planOf([{ kind: "unpinned" }, { kind: "skipped", reason: "z" }]),
      true,
      0,
    ],
  ];
  for (const [name, plan, check, code] of codes) {
    it(`exit code: ${name}`, () => {
      assert.equal(rebuildOutcome(plan, none, check).exitCode, code);
    });
  }

  const causes: [string, Rebuild, boolean, boolean][] = [
    ["a base that could not be asked", planOf([MOVED, FAILED]), false, true],
    ["the same, and nothing newer", planOf([CURRENT, FAILED]), false, false],
    [
      "a file that could not be read",
      planOf([CURRENT], { faults: [{ at: "x", message: "y" }] }),
      false,
      false,
    ],
    ["a newer base that --check finds", planOf([MOVED]), true, true],
  ];
  for (const [name, plan, whole, changes] of causes) {
    it(`tells programs that exit code 1 is for ${name}`, () => {
      const { exitCode, json } = rebuildOutcome(plan, none, true);
      const told = json as { whole: unknown; changes: unknown };
      assert.deepEqual([exitCode, told.whole, told.changes], [1, whole, changes]);
    });
  }

  it("prints the patch alone, and nothing where there is none", () => {
    assert.equal(rebuildOutcome(planOf([MOVED]), none, false).text(look), "--- a\n+++ b");
    assert.equal(rebuildOutcome(planOf([CURRENT]), none, false).text(look), "");
  });

  it("says of each base what is not simply right, with the findings", () => {
    const outcomes: BaseOutcome[] = [
      MOVED,
      { kind: "moved", to: NEW },
      CURRENT,
      { kind: "unpinned" },
      { kind: "skipped", reason: "is no image reference" },
      FAILED,
    ];
    const faults = [{ at: "api/Dockerfile", message: "cannot be read" }];
    const notes = rebuildNotes(
      planOf(outcomes.slice(0, 1)),
      new Map([["web", { fixable: 3, findings: 7 }]]),
    );
    assert.deepEqual(notes, [
      "web/Dockerfile:1: rust:1 stays on its tag, which now stands for sha256:bbbbbbbbbbbb, not sha256:aaaaaaaaaaaa",
      "  web: 3 of 7 findings have a fixed version",
    ]);
    assert.deepEqual(rebuildNotes(planOf(outcomes.slice(1), { faults }), none), [
      "web/Dockerfile:1: rust:1 stays on its tag and is pinned to sha256:bbbbbbbbbbbb",
      "web/Dockerfile:3: rust:1 has no digest; `--pin` gives it one",
      "web/Dockerfile:4: rust:1 is no image reference",
      "web/Dockerfile:5: rust:1 could not be asked: it is away",
      "api/Dockerfile: cannot be read",
    ]);
    assert.deepEqual(rebuildNotes(planOf([CURRENT]), none), []);
    assert.deepEqual(rebuildNotes(planOf([]), none), ["no service is built from a base"]);
  });

  it("says where there are no reports, or none that can be read", () => {
    const last = (found: ServiceFindings): string =>
      rebuildNotes(planOf([MOVED]), found).at(-1) ?? "";
    assert.match(
      last(new Map([["web", undefined]])),
      /web: its deployed version has no scan report/,
    );
    assert.match(last(new Map([["web", "denied"]])), /web: its scan reports are not known: denied/);
  });

  it("hands everything over as JSON", () => {
    const found: ServiceFindings = new Map([["web", undefined]]);
    const { json } = rebuildOutcome(planOf([MOVED]), found, false);
    assert.deepEqual(json, {
      whole: true,
      changes: true,
      written: ["web/Dockerfile"],
      bases: [
        {
          at: "web/Dockerfile:1",
          reference: `rust:1@${OLD}`,
          services: ["web"],
          kind: "moved",
          from: OLD,
          to: NEW,
        },
      ],
      findings: { web: null },
      faults: [],
      diff: "--- a\n+++ b\n",
    });
    const checked = rebuildOutcome(planOf([MOVED]), found, true).json as { written: unknown };
    assert.deepEqual(checked.written, []);
  });
});
