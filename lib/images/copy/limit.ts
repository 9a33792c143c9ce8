/** Runs work, at most so much of it at once; the rest waits in its order. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

export function atMost(count: number): Limit {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place passes straight to the next one.
      if (next === undefined) running--;
      else next();
    }
  };
}
