"use client";

import { useState } from "react";
import type { Prediction, ServiceStatus } from "../lib/types";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { PredictionPanel } from "./PredictionPanel";
import { PriceCard } from "./PriceCard";
import { PriceChart } from "./PriceChart";
import { Services } from "./Services";
import { useMarket } from "./useMarket";
import { usePolling } from "./usePolling";

const POLL_MS = 3000;
const HORIZON_SECONDS = 30;
const FIRST_SYMBOL = "BTC-USD";

export function Dashboard() {
  const market = useMarket();
  const [chosen, setChosen] = useState(FIRST_SYMBOL);
  const quotes = market.snapshot?.quotes ?? [];
  const quote = quotes.find(({ symbol }) => symbol === chosen) ?? quotes[0];
  const query = new URLSearchParams({
    symbol: quote?.symbol ?? chosen,
    horizon: String(HORIZON_SECONDS),
  });
  const prediction = usePolling<Prediction>(`/api/predict?${query.toString()}`, POLL_MS);
  const system = usePolling<{ services: ServiceStatus[] }>("/api/system", POLL_MS);
  const pointsOf = (symbol: string) => market.histories[symbol] ?? [];
  return (
    <div className="page">
      <Header market={market} />
      <main>
        <section className="cards" aria-label="Prices">
          {quotes.map((each) => (
            <PriceCard
              key={each.symbol}
              quote={each}
              points={pointsOf(each.symbol)}
              selected={each.symbol === quote?.symbol}
              onSelect={() => {
                setChosen(each.symbol);
              }}
            />
          ))}
          {quotes.length === 0 && (
            <p className="card waiting muted">Waiting for the trading engine…</p>
          )}
        </section>
        <div className="columns">
          <section className="card market" aria-labelledby="market-title">
            <h2 id="market-title">
              {quote === undefined ? "Market" : `${quote.name} · ${quote.symbol}`}
            </h2>
            {quote === undefined ? (
              <div className="chart chart-empty" />
            ) : (
              <PriceChart
                quote={quote}
                points={pointsOf(quote.symbol)}
                prediction={prediction.data}
              />
            )}
          </section>
          <aside>
            {quote !== undefined && <PredictionPanel quote={quote} polled={prediction} />}
            <Services polled={system} />
          </aside>
        </div>
      </main>
      <Footer />
    </div>
  );
}
