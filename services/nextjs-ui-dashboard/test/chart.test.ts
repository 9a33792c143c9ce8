import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { areaPath, domainOf, gridPrices, linePath, x, y } from "../lib/chart";

const POINTS = [
  { time: 1000, price: 10 },
  { time: 2000, price: 20 },
];

describe("chart", () => {
  it("puts the first point left, the last one right, and higher prices higher", () => {
    const domain = domainOf(POINTS);
    assert.equal(x(1000, domain), 0);
    assert.equal(x(2000, domain), 100);
    assert.ok(y(20, domain) < y(10, domain));
    assert.ok(y(20, domain) > 0 && y(10, domain) < 100);
  });

  it("leaves room for what is predicted", () => {
    const domain = domainOf(POINTS, 4000, [5, 40]);
    assert.equal(x(4000, domain), 100);
    assert.ok(y(40, domain) > 0 && y(5, domain) < 100);
  });

  it("draws a flat line in the middle", () => {
    const domain = domainOf([
      { time: 0, price: 7 },
      { time: 1, price: 7 },
    ]);
    assert.ok(Math.abs(y(7, domain) - 50) < 1e-9);
  });

  it("draws lines and areas, and nothing without points", () => {
    const domain = { from: 0, to: 10, low: 0, high: 10 };
    const points = [
      { time: 0, price: 0 },
      { time: 10, price: 10 },
    ];
    assert.equal(linePath(points, domain), "M0.00 100.00L100.00 0.00");
    assert.equal(areaPath(points, domain), "M0.00 100.00L100.00 0.00L100.00 100L0.00 100Z");
    assert.equal(linePath([], domain), "");
    assert.equal(areaPath([], domain), "");
  });

  it("has grid lines at equal distances inside the range", () => {
    assert.deepEqual(gridPrices({ from: 0, to: 1, low: 0, high: 5 }, 4), [4, 3, 2, 1]);
  });
});
