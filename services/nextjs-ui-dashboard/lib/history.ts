import type { Point, Snapshot } from "./types";

/** How many points of each instrument are kept and shown: three minutes at one a second. */
export const KEPT_POINTS = 180;

export type Histories = Readonly<Record<string, readonly Point[]>>;

/** Adds a snapshot's prices, drops what is too old, and ignores a snapshot that is not newer. */
export function withSnapshot(histories: Histories, snapshot: Snapshot): Histories {
  const next: Record<string, readonly Point[]> = { ...histories };
  for (const { symbol, price } of snapshot.quotes) {
    const known = histories[symbol] ?? [];
    const last = known.at(-1);
    if (last !== undefined && last.time >= snapshot.time) continue;
    next[symbol] = [...known, { time: snapshot.time, price }].slice(-KEPT_POINTS);
  }
  return next;
}

/** Puts the points that were fetched before those that arrived live meanwhile. */
export function withPast(histories: Histories, symbol: string, past: readonly Point[]): Histories {
  const end = past.at(-1)?.time ?? 0;
  const later = (histories[symbol] ?? []).filter((point) => point.time > end);
  return { ...histories, [symbol]: [...past, ...later].slice(-KEPT_POINTS) };
}
