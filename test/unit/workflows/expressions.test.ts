import assert from "node:assert/strict";
import { asText, evaluate, interpolate, isTrue } from "./expressions";

const CONTEXTS = {
  github: { ref: "refs/tags/v1", event: { pull_request: { number: 17 } } },
  inputs: { version: "", recover: true },
  env: { A: "a" },
};
const FUNCTIONS = {
  startsWith: (text: unknown, start: unknown) => asText(text).startsWith(asText(start)),
  always: () => true,
};

describe("expressions of a workflow", () => {
  for (const [expression, expected] of [
    ["github.ref", "refs/tags/v1"],
    ["github.event.pull_request.number", 17],
    ["github.event.issue.number", undefined],
    ["inputs.version || github.ref", "refs/tags/v1"],
    ["inputs.recover && 'yes' || 'no'", "yes"],
    ["inputs.version != ''", false],
    ["env.A == 'a' && !(env.B == 'b')", true],
    ["startsWith(github.ref, 'refs/tags/')", true],
    ["always() && env.B", undefined],
    ["'it''s'", "it's"],
  ] as const) {
    it(`${expression} is ${String(expected)}`, () => {
      assert.equal(evaluate(expression, CONTEXTS, FUNCTIONS), expected);
    });
  }

  it("stand in texts; what a context lacks is empty", () => {
    const text = "v${{ env.A }}-${{ github.event.pull_request.number }}${{ env.NONE }}";
    assert.equal(interpolate(text, CONTEXTS, FUNCTIONS), "va-17");
    assert.equal(isTrue(evaluate("env.NONE", CONTEXTS, FUNCTIONS)), false);
  });

  for (const wrong of [
    "secrets.A",
    "other()",
    "env.A ==",
    "env.A env.A",
    "env.A > 'b'",
    "(env.A",
  ]) {
    it(`${wrong} is refused`, () => {
      assert.throws(() => {
        const value = evaluate(wrong, CONTEXTS, FUNCTIONS);
        // What is missing at the end reads as a context without a name.
        assert.notEqual(value, undefined);
      });
    });
  }
});
