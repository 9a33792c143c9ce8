import { resolve } from "node:path";
import { run } from "../../../lib/process/run";
import type { Bench } from "../harness/bench";
import { fullRegistry, type FullRegistry } from "../harness/fullRegistry";
import { byTurns, median, seconds, timed, type Pair } from "../harness/measure";
import { openRegclient } from "../harness/regclient";
import type { Line, Row } from "../harness/row";
import { openTap } from "../harness/tap";

const LISTING = resolve(__dirname, "../load/listing.ts");
const REPOSITORIES = 50;
const TAGS = 200;
const TARGET = 1;
/** Requests are counted on a few repositories: the others are asked for the same. */
const COUNTED = 3;

/** `images list` and the planning of `images prune` on a large registry, against regclient's tools. */
export const registryRow: Row = { name: "registry", stage: "registry", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const regclient = await openRegclient(bench);
  const size = bench.quick ? REPOSITORIES / 10 : REPOSITORIES;
  const { server, repositories } = await fullRegistry(bench, size, TAGS);
  const [first = ""] = repositories;
  const theirs = () => timed(() => regclient.listAll(server, repositories));
  bench.say("listing and planning by turns with regbot");
  const list = await ours(bench, "list", server, repositories);
  const before = await theirs();
  const plan = await ours(bench, "plan", server, repositories);
  // What else the machine does falls on all of them alike.
  const regbot = median([before, await theirs()]);
  bench.say("one repository by turns with regctl");
  const one = await byTurns(
    1,
    () => ours(bench, "list", server, [first]),
    () => timed(() => regclient.listEach(server, first)),
  );
  const asked = await requests(bench, { server, repositories: repositories.slice(0, COUNTED) });
  const what = `${size} repositories x ${TAGS} tags`;
  const line = (name: string, pair: Omit<Pair, "ratio">, note: string): Line => ({
    what: name,
    ours: seconds(pair.ours),
    theirs: seconds(pair.theirs),
    ratio: pair.ours / pair.theirs,
    target: `<= ${TARGET}`,
    ok: pair.ours <= TARGET * pair.theirs,
    note,
  });
  const perRepository = (count: number): string => (count / COUNTED).toFixed(1);
  return [
    line(
      `images list of ${what} / regbot`,
      { ours: list, theirs: regbot },
      `each in a process of its own; ${perRepository(asked.list)} requests a repository, regbot ${perRepository(asked.theirs)}; regbot gets each tag's index and no platform's image`,
    ),
    line(
      `images prune, planning, of ${what} / regbot's listing`,
      { ours: plan, theirs: regbot },
      `${perRepository(asked.plan)} requests a repository; the whole graph with every platform's image`,
    ),
    line(
      `images list of 1 repository x ${TAGS} tags / regctl`,
      one,
      "regctl starts a process a tag, eight at a time",
    ),
  ];
}

/** Milliseconds of a process that lists or plans. */
async function ours(
  { signal }: Bench,
  what: "list" | "plan",
  server: string,
  repositories: readonly string[],
): Promise<number> {
  return timed(async () => {
    const args = ["--import", "tsx", LISTING, what, server, ...repositories];
    const { code, stdout, stderr } = await run(process.execPath, args, { signal });
    if (code !== 0) throw new Error(stderr);
    if (Number(stdout) < TAGS) throw new Error(`${what} found ${stdout.trim()} only`);
  });
}

async function requests(bench: Bench, { server, repositories }: FullRegistry) {
  const tap = await openTap(server);
  try {
    const regclient = await openRegclient(bench);
    await ours(bench, "list", tap.server, repositories);
    const list = tap.count().all;
    await ours(bench, "plan", tap.server, repositories);
    const plan = tap.count().all;
    await regclient.listAll(tap.server, repositories);
    return { list, plan, theirs: tap.count().all };
  } finally {
    await tap.close();
  }
}
