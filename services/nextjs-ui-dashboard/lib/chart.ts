import type { Point } from "./types";

/** The range of times and prices that a chart shows. */
export interface Domain {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/** Charts are drawn on a square of this size and stretched to their place. */
export const SIZE = 100;

/** Room above and below the line, as a part of the range of prices. */
const MARGIN = 0.12;

/** The domain that holds all points, and up to `until` and these prices where they are given. */
export function domainOf(
  points: readonly Point[],
  until?: number,
  prices: readonly number[] = [],
): Domain {
  const times = points.map((point) => point.time);
  const values = [...points.map((point) => point.price), ...prices];
  const low = Math.min(...values);
  const high = Math.max(...values);
  // A flat line is drawn in the middle.
  const margin = high > low ? (high - low) * MARGIN : Math.max(high * 0.001, Number.MIN_VALUE);
  const from = Math.min(...times);
  return {
    from,
    to: Math.max(until ?? from, ...times, from + 1),
    low: low - margin,
    high: high + margin,
  };
}

export function x(time: number, domain: Domain): number {
  return ((time - domain.from) / (domain.to - domain.from)) * SIZE;
}

export function y(price: number, domain: Domain): number {
  return SIZE - ((price - domain.low) / (domain.high - domain.low)) * SIZE;
}

/** The path of a line through the points; empty without points. */
export function linePath(points: readonly Point[], domain: Domain): string {
  return points
    .map((point, index) => {
      const command = index === 0 ? "M" : "L";
      return `${command}${x(point.time, domain).toFixed(2)} ${y(point.price, domain).toFixed(2)}`;
    })
    .join("");
}

/** The same, closed along the bottom, to be filled. */
export function areaPath(points: readonly Point[], domain: Domain): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  const left = x(first.time, domain).toFixed(2);
  const right = x(last.time, domain).toFixed(2);
  return `${linePath(points, domain)}L${right} ${SIZE}L${left} ${SIZE}Z`;
}

/** `count` prices at equal distances, from the highest to the lowest. */
export function gridPrices(domain: Domain, count: number): number[] {
  const step = (domain.high - domain.low) / (count + 1);
  return Array.from({ length: count }, (_, index) => domain.high - (index + 1) * step);
}
