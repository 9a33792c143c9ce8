import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KEPT_POINTS, withPast, withSnapshot } from "../lib/history";

const snapshot = (time: number, price: number) => ({
  time,
  quotes: [{ symbol: "X", name: "X", price, changePercent: 0, decimals: 2 }],
});

describe("history", () => {
  it("grows by newer snapshots only", () => {
    let histories = withSnapshot({}, snapshot(1, 10));
    histories = withSnapshot(histories, snapshot(2, 20));
    histories = withSnapshot(histories, snapshot(2, 99));
    histories = withSnapshot(histories, snapshot(1, 99));
    assert.deepEqual(histories["X"], [
      { time: 1, price: 10 },
      { time: 2, price: 20 },
    ]);
  });

  it("keeps the latest points", () => {
    let histories = {};
    for (let time = 1; time <= KEPT_POINTS + 5; time++) {
      histories = withSnapshot(histories, snapshot(time, time));
    }
    const { X: points } = histories as { X: { time: number }[] };
    assert.equal(points.length, KEPT_POINTS);
    assert.equal(points[0]?.time, 6);
  });

  it("joins the past and what arrived live meanwhile without doubles", () => {
    const live = withSnapshot(withSnapshot({}, snapshot(3, 30)), snapshot(4, 40));
    const joined = withPast(live, "X", [
      { time: 1, price: 1 },
      { time: 3, price: 3 },
    ]);
    assert.deepEqual(
      joined["X"]?.map((point) => point.time),
      [1, 3, 4],
    );
  });
});
