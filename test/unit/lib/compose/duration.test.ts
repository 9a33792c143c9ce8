import assert from "node:assert/strict";
import { durationSeconds } from "../../../../lib/compose/duration";

describe("durationSeconds", () => {
  const cases: [string, number | undefined][] = [
    ["30s", 30],
    ["15m0s", 900],
    ["1h0m0s", 3_600],
    ["1m30.5s", 90.5],
    ["500ms", 0.5],
    ["1ns", 1e-9],
    ["0s", 0],
    ["", undefined],
    ["30", undefined],
    ["s", undefined],
    ["1 m", undefined],
    ["1m30", undefined],
    ["-1s", undefined],
  ];
  for (const [text, expected] of cases) {
    it(`reads "${text}" as ${expected ?? "no duration"}`, () => {
      assert.equal(durationSeconds(text), expected);
    });
  }
});
