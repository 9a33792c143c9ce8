import type { Bench } from "../harness/bench";
import { openFleet, SIZE, type Fleet } from "../harness/fleet";
import { byTurns, seconds, timed, type Pair } from "../harness/measure";
import { release } from "../harness/ours";
import type { Line, Row } from "../harness/row";
import { plainRelease } from "../harness/theirs";

const COUNTS = [1, 3, 10, SIZE];

/** How the time of a release grows with the services that change. */
export const growthRow: Row = { name: "growth", stage: "fleet", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const fleet = await openFleet(bench, true);
  const lines: Line[] = [];
  let one: number | undefined;
  for (const count of bench.quick ? [1, SIZE] : COUNTS) {
    const runs = bench.quick ? 1 : 3;
    const pair = await releases(bench, fleet, count, runs);
    one ??= pair.ours;
    lines.push({
      what: `release of ${count} changed of ${SIZE} services / plain compose`,
      ours: seconds(pair.ours),
      theirs: seconds(pair.theirs),
      ratio: pair.ratio,
      target: count === 1 ? "-" : `< ${count} x 1`,
      ...(count === 1 ? {} : { ok: pair.ours < count * one }),
      note: `${(pair.ours / one).toFixed(1)} times one service; medians of ${runs} by turns`,
    });
  }
  return lines;
}

async function releases(bench: Bench, fleet: Fleet, count: number, runs: number): Promise<Pair> {
  return byTurns(
    runs,
    (run) => {
      bench.say(`releasing ${count} of ${SIZE} services, ${run + 1} of ${runs}`);
      const services = fleet.change(count);
      return timed(() => release(bench, fleet.ours, fleet.version(), services));
    },
    (run) => {
      bench.say(`the same by plain compose, ${run + 1} of ${runs}`);
      // The others stand as the last release left them on both sides, so each side changes its own.
      const services = fleet.change(count);
      return timed(() => plainRelease(bench, fleet.theirs, services));
    },
  );
}
