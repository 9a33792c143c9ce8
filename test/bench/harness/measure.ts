/** The middle of the values; the mean of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? NaN;
  return (lower + upper) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Two sides of a ratio, each with the median of its runs. */
export interface Pair {
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
}

/**
 * Measures both sides by turns, so that what else the machine does falls on both alike.
 * @param runs how often each side runs
 */
export async function byTurns(
  runs: number,
  ours: (run: number) => Promise<number>,
  theirs: (run: number) => Promise<number>,
): Promise<Pair> {
  const [first, second]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    // The side that goes first changes from run to run.
    const sides = [
      async (): Promise<unknown> => first.push(await ours(run)),
      async (): Promise<unknown> => second.push(await theirs(run)),
    ];
    for (const side of run % 2 === 0 ? sides : sides.reverse()) await side();
  }
  const [a, b] = [median(first), median(second)];
  return { ours: a, theirs: b, ratio: a / b };
}

/** The values of a work that is done some times, one after another. */
export async function inTurn(
  runs: number,
  work: (run: number) => Promise<number>,
): Promise<number[]> {
  const values: number[] = [];
  for (let run = 0; run < runs; run += 1) values.push(await work(run));
  return values;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
