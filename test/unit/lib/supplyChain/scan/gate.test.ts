import assert from "node:assert/strict";
import fc from "fast-check";
import type { ScanPolicy } from "../../../../../lib/resources/supplyChain";
import { type ScanFinding, judge } from "../../../../../lib/supplyChain/scan";
import { TODAY, finding, findings, ignore, policies, policy, unfixed } from "./builders";

type Fate = "failing" | "passing" | "ignored";

function fate(one: ScanFinding, by: ScanPolicy, service = "web", today = TODAY): Fate {
  const { failing, passing } = judge([one], by, service, today);
  return failing.length > 0 ? "failing" : passing.length > 0 ? "passing" : "ignored";
}

describe("the gate", () => {
  const cases: readonly [string, ScanFinding, ScanPolicy, Fate][] = [
    ["a severity that the policy names", finding(), policy(), "failing"],
    ["another severity", finding({ severity: "MEDIUM" }), policy(), "passing"],
    ["an unknown severity", finding({ severity: "UNKNOWN" }), policy(), "passing"],
    [
      "an unknown severity that the policy names",
      finding({ severity: "UNKNOWN" }),
      policy({ severities: ["UNKNOWN"] }),
      "failing",
    ],
    ["no fixed version, where such pass", unfixed(), policy(), "passing"],
    ["no fixed version", unfixed(), policy({ ignoreUnfixed: false }), "failing"],
    ["an entry for it", finding(), policy({ ignores: [ignore()] }), "ignored"],
    [
      "an entry for its package",
      finding(),
      policy({ ignores: [ignore({ package: "openssl" })] }),
      "ignored",
    ],
    [
      "an entry for another package",
      finding(),
      policy({ ignores: [ignore({ package: "zlib" })] }),
      "failing",
    ],
    [
      "an entry for another id",
      finding(),
      policy({ ignores: [ignore({ id: "CVE-2026-00011" })] }),
      "failing",
    ],
    [
      "an entry for its service",
      finding(),
      policy({ ignores: [ignore({ services: ["api", "web"] })] }),
      "ignored",
    ],
    [
      "an entry for another service",
      finding(),
      policy({ ignores: [ignore({ services: ["api"] })] }),
      "failing",
    ],
    [
      "an entry on its last day",
      finding(),
      policy({ ignores: [ignore({ expires: TODAY })] }),
      "ignored",
    ],
    [
      "an entry a day after its last",
      finding(),
      policy({ ignores: [ignore({ expires: "2026-07-31" })] }),
      "failing",
    ],
    ["no severity at all", finding(), policy({ severities: [] }), "passing"],
  ];
  for (const [name, one, by, expected] of cases) {
    it(`${name}: ${expected}`, () => {
      assert.equal(fate(one, by), expected);
    });
  }

  it("gives the reason of the entry for the package before that for any", () => {
    const ignores = [ignore({ reason: "any" }), ignore({ reason: "this", package: "openssl" })];
    const { ignored } = judge([finding()], policy({ ignores }), "web", TODAY);
    assert.deepEqual(
      ignored.map(({ entry }) => entry.reason),
      ["this"],
    );
  });

  it("counts by severity what nobody accepted", () => {
    const found = [
      finding(),
      finding({ id: "CVE-2", severity: "LOW" }),
      unfixed({ id: "CVE-3", severity: "HIGH" }),
    ];
    const { counts } = judge(found, policy({ ignores: [ignore()] }), "web", TODAY);
    assert.deepEqual(counts, { CRITICAL: 0, HIGH: 1, MEDIUM: 0, LOW: 1, UNKNOWN: 0 });
  });

  it("puts each finding in one list", () => {
    fc.assert(
      fc.property(findings, policies, (found, by) => {
        const { failing, passing, ignored } = judge(found, by, "web", TODAY);
        const all = [...failing, ...passing, ...ignored.map(({ finding: one }) => one)];
        assert.equal(all.length, found.length);
        assert.deepEqual(new Set(all), new Set(found));
      }),
    );
  });

  it("judges each finding by itself: ignoring one never hides another", () => {
    fc.assert(
      fc.property(findings, policies, (found, by) => {
        const { failing } = judge(found, by, "web", TODAY);
        for (const one of found) assert.equal(failing.includes(one), fate(one, by) === "failing");
      }),
    );
  });

  it("ignores by an entry nothing but its own id", () => {
    fc.assert(
      fc.property(findings, policies, (found, by) => {
        const without = judge(found, { ...by, ignores: [] }, "web", TODAY);
        const { failing } = judge(found, by, "web", TODAY);
        const accepted = new Set(by.ignores.map(({ id }) => id));
        for (const one of without.failing) {
          assert.ok(failing.includes(one) || accepted.has(one.id), one.id);
        }
        for (const one of failing) assert.ok(without.failing.includes(one));
      }),
    );
  });

  it("fails the unfixed exactly where they do not pass", () => {
    fc.assert(
      fc.property(findings, policies, (found, by) => {
        const strict = judge(found, { ...by, ignoreUnfixed: false }, "web", TODAY);
        const lenient = judge(found, { ...by, ignoreUnfixed: true }, "web", TODAY);
        const fixed = strict.failing.filter(({ fixedVersion }) => fixedVersion !== undefined);
        assert.deepEqual(lenient.failing, fixed);
        assert.deepEqual(lenient.counts, strict.counts);
      }),
    );
  });

  it("says the same in whatever order a scanner lists", () => {
    const shuffled = findings.chain((found) =>
      fc.tuple(
        fc.constant(found),
        fc.shuffledSubarray(found, { minLength: found.length, maxLength: found.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, policies, ([found, other], by) => {
        assert.deepEqual(judge(found, by, "web", TODAY), judge(other, by, "web", TODAY));
      }),
    );
  });
});
