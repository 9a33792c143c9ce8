import type { Bench } from "../harness/bench";
import { builtServices, editServices } from "../harness/botCore";
import { byTurns, seconds } from "../harness/measure";
import { up } from "../harness/pulumi";
import type { Line, Row } from "../harness/row";

const TARGET = 0.7;

/** bot-core's own three services, built and pushed with warm caches after an edit in each. */
export const buildsRow: Row = { name: "builds", stage: "builds", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const runs = bench.quick ? 1 : 2;
  const project = await builtServices(bench);
  let version = 1;
  const next = async (...options: readonly string[]): Promise<number> => {
    version += 1;
    await editServices(project, version);
    const done = await up(bench, project, "--skip-preview", ...options);
    if (done.builds !== 3) throw new Error(`${done.builds} of three services were built`);
    return done.milliseconds;
  };
  const pair = await byTurns(
    runs,
    (count) => {
      bench.say(`building in parallel, ${count + 1} of ${runs}`);
      return next();
    },
    (count) => {
      bench.say(`building one after another, ${count + 1} of ${runs}`);
      return next("--parallel", "1");
    },
  );
  return [
    {
      what: "three services built and pushed in parallel / one after another",
      ours: seconds(pair.ours),
      theirs: seconds(pair.theirs),
      ratio: pair.ratio,
      target: `<= ${TARGET}`,
      ok: pair.ratio <= TARGET,
      note:
        "bot-core's services after an edit in each, warm caches, pulumi up and pulumi up " +
        `--parallel 1, medians of ${runs}`,
    },
  ];
}
