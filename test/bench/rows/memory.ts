import type { Bench } from "../harness/bench";
import { openFleet, SIZE } from "../harness/fleet";
import { mebibytes } from "../harness/measure";
import type { Line, Row } from "../harness/row";

const [ONE_MIB, ALL_MIB] = [10, 200];
const MIB = 2 ** 20;

/** Memory of thirty switches, as `docker stats` shows it. */
export const memoryRow: Row = { name: "memory", stage: "fleet", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const fleet = await openFleet(bench, false);
  bench.say("reading the memory of the switches");
  const found = await bench.connection.docker.listContainers({
    filters: { label: [`bot-core.project=${fleet.ours}`, "bot-core.role=switch"] },
  });
  const bytes = await Promise.all(found.map(({ Id }) => memoryOf(bench, Id)));
  const [largest, sum] = [Math.max(...bytes), bytes.reduce((a, b) => a + b, 0)];
  const all = bytes.length === SIZE;
  return [
    {
      what: "memory of a switch, the largest",
      ours: mebibytes(largest),
      theirs: "-",
      target: `<= ${ONE_MIB} MiB`,
      ok: largest <= ONE_MIB * MIB,
    },
    {
      what: `memory of ${bytes.length} switches`,
      ours: mebibytes(sum),
      theirs: "-",
      target: `<= ${ALL_MIB} MiB`,
      ok: all && sum <= ALL_MIB * MIB,
      note: "as docker stats counts it: usage without inactive page cache; plain compose has none",
    },
  ];
}

interface Stats {
  readonly memory_stats: {
    readonly usage?: number;
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
  };
}

/** Bytes of one container, counted as the docker program does, on cgroup v2 and v1. */
export async function memoryOf({ connection }: Bench, id: string): Promise<number> {
  const answer = await connection.docker
    .getContainer(id)
    .stats({ stream: false, "one-shot": true });
  const { usage = NaN, stats } = (answer as Stats).memory_stats;
  return usage - (stats?.inactive_file ?? stats?.total_inactive_file ?? 0);
}
