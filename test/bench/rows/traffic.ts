import { startLoad } from "../../load/generator";
import { observeHealthy } from "../harness/events";
import type { Bench } from "../harness/bench";
import { PREFIX } from "../harness/docker";
import { applicationImages } from "../harness/images";
import { median } from "../harness/measure";
import { release } from "../harness/ours";
import type { Line, Row } from "../harness/row";
import { application, loopbackPort, type Services } from "../harness/services";
import { plainRelease } from "../harness/theirs";

const [OURS, THEIRS] = [`${PREFIX}-traffic`, `${PREFIX}-traffic-plain`];
const [OUR_PORT, THEIR_PORT] = [15_970, 15_980];
const TARGET_MS = 20;
const MOVED = /^web: traffic moved to \w+ in (\d+) ms$/;

/** How long traffic takes to move once the new colour is good. */
export const trafficRow: Row = { name: "traffic", stage: "traffic", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [first, second] = await applicationImages(bench);
  const services = (count: number, port: number): Services => ({
    web: application(count % 2 === 0 ? first : second, { ports: [loopbackPort(8080, port)] }),
  });
  const runs = bench.quick ? 2 : 9;
  await release(bench, OURS, "v0", services(0, OUR_PORT));
  const [moved, sinceHealthy]: [number[], number[]] = [[], []];
  for (let run = 1; run <= runs; run += 1) {
    bench.say(`moving traffic, ${run} of ${runs}`);
    const healthy = await observeHealthy(bench, OURS);
    await release(bench, OURS, `v${run}`, services(run, OUR_PORT), {
      onLine: (line) => {
        const took = MOVED.exec(line)?.[1];
        if (took === undefined) return;
        moved.push(Number(took));
        sinceHealthy.push(performance.now() - (healthy.at() ?? NaN));
      },
    });
    healthy.stop();
  }
  const gap = await plainGap(bench, services);
  const took = median(moved);
  const poll = median(sinceHealthy.filter((value) => !Number.isNaN(value)));
  return [
    {
      what: "traffic moves after the new colour is good / time without service in plain compose",
      ours: `${took.toFixed(0)} ms`,
      theirs: `${gap.toFixed(0)} ms`,
      ratio: took / gap,
      target: `<= ${TARGET_MS} ms`,
      ok: took <= TARGET_MS,
      note:
        `median of ${runs} releases, at most ${Math.max(...moved)} ms, as the release reports it: from ` +
        "the gate to slots that are confirmed up; from Docker's own event `healthy`, with the looks of " +
        `the gate, ${poll.toFixed(0)} ms`,
    },
  ];
}

/** The longest time between two good answers while plain Compose makes the same change. */
async function plainGap(
  bench: Bench,
  services: (count: number, port: number) => Services,
): Promise<number> {
  await plainRelease(bench, THEIRS, services(0, THEIR_PORT));
  const load = startLoad({ url: `http://127.0.0.1:${THEIR_PORT}`, connections: 4 });
  bench.say("the same change by plain compose");
  await plainRelease(bench, THEIRS, services(1, THEIR_PORT));
  return (await load.stop()).longestGapMs;
}
