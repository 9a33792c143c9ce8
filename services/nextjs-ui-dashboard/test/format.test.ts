import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeSkill, formatPercent, formatPrice } from "../lib/format";

describe("format", () => {
  it("writes prices with the instrument's decimals", () => {
    assert.equal(formatPrice(64250.5, 2), "64,250.50");
    assert.equal(formatPrice(0.46251, 4), "0.4625");
  });

  it("writes changes with their sign, and none for zero", () => {
    assert.equal(formatPercent(1.234), "+1.23%");
    assert.equal(formatPercent(-1.236), "−1.24%");
    assert.equal(formatPercent(-0.001), "0.00%");
    assert.equal(formatPercent(-0.001, 3), "−0.001%");
  });

  it("never praises a forecast that is no better than none", () => {
    assert.match(describeSkill(-0.4), /^No better/);
    assert.match(describeSkill(0.02), /^No better/);
    assert.match(describeSkill(0.25), /^25% less error/);
  });
});
