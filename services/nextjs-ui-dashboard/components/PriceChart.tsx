import { areaPath, domainOf, gridPrices, linePath, SIZE, x, y, type Domain } from "../lib/chart";
import { formatPrice, formatTime } from "../lib/format";
import type { Point, Prediction, Quote } from "../lib/types";

interface Props {
  readonly quote: Quote;
  readonly points: readonly Point[];
  readonly prediction: Prediction | null;
}

const GRID_LINES = 4;

/** The last minutes of one instrument, and where the prediction expects it. */
export function PriceChart({ quote, points, prediction }: Props) {
  const last = points.at(-1);
  if (last === undefined || points.length < 2) return <div className="chart chart-empty" />;
  const until = last.time + (prediction?.horizonSeconds ?? 0) * 1000;
  const expected = prediction === null ? [] : [prediction.low, prediction.high];
  const domain = domainOf(points, until, expected);
  const top = (price: number) => `${y(price, domain)}%`;
  const now = x(last.time, domain);
  return (
    <figure className="chart" aria-label={`Price of ${quote.name}, last minutes`} role="img">
      {gridPrices(domain, GRID_LINES).map((price) => (
        <span key={price} className="chart-label" style={{ top: top(price) }}>
          {formatPrice(price, quote.decimals)}
        </span>
      ))}
      <div className="plot">
        <Plot points={points} last={last} prediction={prediction} domain={domain} />
        <span className="chart-now" style={{ left: `${now}%`, top: top(last.price) }} />
        <div className="chart-times">
          <span>{formatTime(domain.from)}</span>
          <span className="chart-time-now" style={{ left: `${now}%` }}>
            {formatTime(last.time)}
          </span>
          {prediction !== null && <span>+{prediction.horizonSeconds} s</span>}
        </div>
      </div>
    </figure>
  );
}

interface PlotProps {
  readonly points: readonly Point[];
  readonly last: Point;
  readonly prediction: Prediction | null;
  readonly domain: Domain;
}

function Plot({ points, last, prediction, domain }: PlotProps) {
  return (
    <svg viewBox={`0 0 ${SIZE} ${SIZE}`} preserveAspectRatio="none" aria-hidden="true">
      <defs>
        <linearGradient id="chart-fill" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0%" stopColor="var(--accent)" stopOpacity="0.28" />
          <stop offset="100%" stopColor="var(--accent)" stopOpacity="0" />
        </linearGradient>
      </defs>
      {gridPrices(domain, GRID_LINES).map((price) => {
        const level = y(price, domain);
        return <line key={price} className="grid" x1="0" x2={SIZE} y1={level} y2={level} />;
      })}
      <path d={areaPath(points, domain)} fill="url(#chart-fill)" />
      <path className="line" d={linePath(points, domain)} />
      {prediction !== null && <Cone last={last} prediction={prediction} domain={domain} />}
    </svg>
  );
}

interface ConeProps {
  readonly last: Point;
  readonly prediction: Prediction;
  readonly domain: Domain;
}

function Cone({ last, prediction, domain }: ConeProps) {
  const left = x(last.time, domain);
  const start = y(last.price, domain);
  const at = (price: number) => y(price, domain).toFixed(2);
  const cone = `M${left} ${start}L${SIZE} ${at(prediction.high)}L${SIZE} ${at(prediction.low)}Z`;
  const middle = `M${left} ${start}L${SIZE} ${at(prediction.predictedPrice)}`;
  return (
    <>
      <path className="cone" d={cone} />
      <path className="expected" d={middle} />
    </>
  );
}
