import type { Bench } from "../harness/bench";
import { PREFIX } from "../harness/docker";
import { applicationImages } from "../harness/images";
import { byTurns, seconds, timed } from "../harness/measure";
import { release } from "../harness/ours";
import type { Line, Row } from "../harness/row";
import { application, loopbackPort, type Services } from "../harness/services";
import { plainRelease } from "../harness/theirs";

const [OURS, THEIRS] = [`${PREFIX}-release`, `${PREFIX}-release-plain`];
const [OUR_PORT, THEIR_PORT] = [15_950, 15_960];
const TARGET = 1.3;

/** One of three services changes; every image is on the host on both sides. */
export const releaseRow: Row = { name: "release", stage: "release", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [first, second] = await applicationImages(bench);
  const services = (image: string, port: number): Services => ({
    web: application(image, { ports: [loopbackPort(8080, port)] }),
    api: application(first, { ports: [loopbackPort(8080, port + 1)] }),
    feed: application(first, { ports: [loopbackPort(8080, port + 2)] }),
  });
  bench.say("starting three services on both sides");
  await release(bench, OURS, "v0", services(first, OUR_PORT));
  await plainRelease(bench, THEIRS, services(first, THEIR_PORT));
  const runs = bench.quick ? 2 : 7;
  const image = (run: number): string => (run % 2 === 0 ? second : first);
  const pair = await byTurns(
    runs,
    (run) => {
      bench.say(`releasing one changed service of three, ${run + 1} of ${runs}`);
      return timed(() => release(bench, OURS, `v${run + 1}`, services(image(run), OUR_PORT)));
    },
    (run) => timed(() => plainRelease(bench, THEIRS, services(image(run), THEIR_PORT))),
  );
  return [
    {
      what: "release of one changed service of three, without drain and soak / docker compose up -d --wait",
      ours: seconds(pair.ours),
      theirs: seconds(pair.theirs),
      ratio: pair.ratio,
      target: `<= ${TARGET}`,
      ok: pair.ratio <= TARGET,
      note: `medians of ${runs} runs by turns; images on the host on both sides`,
    },
  ];
}
