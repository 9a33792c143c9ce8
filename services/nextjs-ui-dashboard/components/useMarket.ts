"use client";

import { useEffect, useState } from "react";
import { KEPT_POINTS, withPast, withSnapshot, type Histories } from "../lib/history";
import type { Point, Snapshot } from "../lib/types";

export type Connection = "connecting" | "live" | "lost";

export interface Market {
  readonly connection: Connection;
  /** Null until the first prices arrive; the last known ones while the connection is lost. */
  readonly snapshot: Snapshot | null;
  readonly histories: Histories;
}

const RETRY_MS = 1000;

/** Live prices, connected again whenever the stream ends, and the past that a chart starts with. */
export function useMarket(): Market {
  const [market, setMarket] = useState<Market>({
    connection: "connecting",
    snapshot: null,
    histories: {},
  });
  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const connect = (): void => {
      let filled = false;
      source = new EventSource("/api/market/stream");
      source.addEventListener("market", (event: MessageEvent<string>) => {
        const snapshot = JSON.parse(event.data) as Snapshot;
        setMarket(({ histories }) => ({
          connection: "live",
          snapshot,
          histories: withSnapshot(histories, snapshot),
        }));
        // After each connection, because a lost one leaves a gap.
        if (!filled) {
          filled = true;
          for (const { symbol } of snapshot.quotes) void fill(symbol);
        }
      });
      // A refused connection is final for EventSource, so it is always made anew here.
      source.addEventListener("error", () => {
        source?.close();
        setMarket((market) => ({ ...market, connection: "lost" }));
        retry = setTimeout(connect, RETRY_MS);
      });
    };
    const fill = async (symbol: string): Promise<void> => {
      const query = new URLSearchParams({ symbol, points: String(KEPT_POINTS) });
      const answer = await fetch(`/api/market/history?${query.toString()}`).catch(() => null);
      if (answer?.ok !== true) return;
      const { points } = (await answer.json()) as { points: readonly Point[] };
      setMarket((market) => ({ ...market, histories: withPast(market.histories, symbol, points) }));
    };
    connect();
    return () => {
      source?.close();
      clearTimeout(retry);
    };
  }, []);
  return market;
}
