import { describeSkill, formatPercent, formatPrice } from "../lib/format";
import type { Prediction, Quote } from "../lib/types";
import type { Polled } from "./usePolling";

interface Props {
  readonly quote: Quote;
  readonly polled: Polled<Prediction>;
}

const ARROWS = { up: "▲", down: "▼", flat: "▬" } as const;

export function PredictionPanel({ quote, polled }: Props) {
  const { data, error } = polled;
  return (
    <section className="card prediction" aria-labelledby="prediction-title">
      <h2 id="prediction-title">AI prediction</h2>
      {data === null ? (
        <p className="muted">{error ?? "Waiting for the first prediction…"}</p>
      ) : (
        <Details quote={quote} prediction={data} stale={error} />
      )}
    </section>
  );
}

interface DetailsProps {
  readonly quote: Quote;
  readonly prediction: Prediction;
  /** Why there is nothing newer. */
  readonly stale: string | null;
}

function Details({ quote, prediction, stale }: DetailsProps) {
  const { direction, horizonSeconds, predictedPrice, low, high, changePercent } = prediction;
  const price = (value: number) => formatPrice(value, quote.decimals);
  const skill = Math.max(0, Math.min(1, prediction.skill));
  return (
    <>
      <p className={`predicted ${direction}`}>
        <span aria-hidden="true">{ARROWS[direction]}</span>{" "}
        <span data-testid="prediction">{price(predictedPrice)}</span>
      </p>
      <p className="muted">
        {quote.symbol} in {horizonSeconds} s · <b>{formatPercent(changePercent, 3)}</b>
      </p>
      <dl>
        <div>
          <dt>Expected range (80%)</dt>
          <dd>
            {price(low)} – {price(high)}
          </dd>
        </div>
        <div>
          <dt>Usual error</dt>
          <dd>{price(prediction.meanError)}</dd>
        </div>
        <div>
          <dt>Error if the price stayed</dt>
          <dd>{price(prediction.naiveMeanError)}</dd>
        </div>
      </dl>
      <div className="meter" aria-hidden="true">
        <span style={{ width: `${skill * 100}%` }} />
      </div>
      <p className="small">{describeSkill(prediction.skill)}.</p>
      <p className="small muted">{stale ?? prediction.method}</p>
    </>
  );
}
