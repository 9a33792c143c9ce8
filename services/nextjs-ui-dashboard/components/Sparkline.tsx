import { areaPath, domainOf, linePath, SIZE } from "../lib/chart";
import type { Point } from "../lib/types";

export function Sparkline({ points }: { readonly points: readonly Point[] }) {
  if (points.length < 2) return <div className="sparkline" aria-hidden="true" />;
  const domain = domainOf(points);
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className="area" d={areaPath(points, domain)} />
      <path className="line" d={linePath(points, domain)} />
    </svg>
  );
}
