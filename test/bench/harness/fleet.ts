import type { Bench } from "./bench";
import { baseImage, PREFIX } from "./docker";
import { release } from "./ours";
import { tiny, type Services } from "./services";
import { plainRelease } from "./theirs";

export const SIZE = 30;

/** Thirty services on the host, once behind switches and once as plain Compose runs them. */
export interface Fleet {
  readonly ours: string;
  readonly theirs: string;
  /** The services with this many of them changed once more, and how they stand now. */
  readonly change: (count: number) => Services;
  /** A version name that was not used before. */
  readonly version: () => string;
}

/** @param plain true: also the fleet of plain Compose */
export async function openFleet(bench: Bench, plain: boolean): Promise<Fleet> {
  const fleet = await bench.shared("fleet", async () => {
    const made = fleetOf(await baseImage("busybox"));
    bench.say(`starting ${SIZE} services and their switches`);
    await release(bench, made.ours, made.version(), made.change(0));
    return made;
  });
  if (plain) {
    await bench.shared("plain fleet", async () => {
      bench.say(`starting ${SIZE} services by plain compose`);
      await plainRelease(bench, fleet.theirs, fleet.change(0));
    });
  }
  return fleet;
}

function fleetOf(image: string): Fleet {
  const names = Array.from({ length: SIZE }, (_, at) => `s${String(at + 1).padStart(2, "0")}`);
  const revisions = names.map(() => 1);
  let releases = 0;
  return {
    ours: `${PREFIX}-fleet`,
    theirs: `${PREFIX}-fleet-plain`,
    change: (count) => {
      for (let at = 0; at < count; at += 1) revisions[at] = (revisions[at] ?? 0) + 1;
      return Object.fromEntries(
        names.map((name, at) => [name, tiny(image, `r${revisions[at] ?? 0}`)]),
      );
    },
    version: () => {
      releases += 1;
      return `v${releases}`;
    },
  };
}
