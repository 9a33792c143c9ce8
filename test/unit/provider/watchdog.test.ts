import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { watch } from "../../../provider/watchdog";

describe("watchdog", () => {
  async function reasonsAfter(
    parents: readonly number[],
    reachable: readonly boolean[],
  ): Promise<readonly string[]> {
    const reasons: string[] = [];
    let look = -1;
    const stop = watch(
      {
        parent: () => {
          look += 1;
          return parents[Math.min(look, parents.length - 1)]!;
        },
        engineReachable: () => reachable[Math.min(Math.max(look, 0), reachable.length - 1)]!,
        intervalMs: 1,
      },
      (reason) => reasons.push(reason),
    );
    await sleep(80);
    stop();
    return reasons;
  }

  const cases = [
    { name: "all is well", parents: [7], reachable: [true], reasons: [] },
    {
      name: "the parent ended",
      parents: [7, 7, 1],
      reachable: [true],
      reasons: ["the Pulumi CLI has ended"],
    },
    {
      name: "the engine stays unreachable",
      parents: [7],
      reachable: [true, false],
      reasons: ["the Pulumi engine is not reachable"],
    },
    {
      name: "the engine came back",
      parents: [7],
      reachable: [true, false, false, true],
      reasons: [],
    },
  ];
  for (const { name, parents, reachable, reasons } of cases) {
    it(`${name}: ${reasons.length} calls`, async () => {
      assert.deepEqual(await reasonsAfter(parents, reachable), reasons);
    });
  }
});
