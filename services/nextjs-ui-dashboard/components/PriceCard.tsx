import { formatPercent, formatPrice } from "../lib/format";
import type { Point, Quote } from "../lib/types";
import { Sparkline } from "./Sparkline";

interface Props {
  readonly quote: Quote;
  readonly points: readonly Point[];
  readonly selected: boolean;
  readonly onSelect: () => void;
}

export function PriceCard({ quote, points, selected, onSelect }: Props) {
  const { symbol, name, price, changePercent, decimals } = quote;
  const before = points.at(-2)?.price ?? price;
  const tick = price > before ? "tick-up" : price < before ? "tick-down" : "";
  const trend = changePercent < 0 ? "down" : "up";
  return (
    <button
      type="button"
      className={`card price-card ${trend}`}
      aria-pressed={selected}
      onClick={onSelect}
      data-symbol={symbol}
    >
      <span className="price-card-head">
        <span className="symbol">{symbol}</span>
        <span className="muted">{name}</span>
      </span>
      {/* A new key starts the flash again at each new price. */}
      <span key={price} className={`price ${tick}`} data-testid="price">
        {formatPrice(price, decimals)}
      </span>
      <span className="change">
        <span aria-hidden="true">{trend === "up" ? "▲" : "▼"}</span> {formatPercent(changePercent)}
        <span className="muted"> 24 h</span>
      </span>
      <Sparkline points={points} />
    </button>
  );
}
