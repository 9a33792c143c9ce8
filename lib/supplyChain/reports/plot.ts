import { SEVERITIES, type SeverityCounts } from "../../resources/supplyChain";
import type { ReportedImage } from "./collect";
import { html } from "./escape";
import { plural, severityWord, titleOf } from "./words";

const ROW = 52;
const GAP = 12;
const BAR_TOP = 22;
const BAR_HEIGHT = 18;
/** Percent of the width under which a number has no room in its bar. */
const NARROW = 7;
/** Percent that a single finding has at least, so that it is seen beside hundreds. */
const LEAST = 1.5;

/**
 * One bar an image: its findings by severity, on a common scale. Positions are percentages and texts
 * keep their size, so that it reads the same on a phone.
 */
export function plotSvg(images: readonly ReportedImage[]): string {
  const scanned = images.flatMap((image) =>
    image.counts === undefined ? [] : [{ image, counts: image.counts }],
  );
  if (scanned.length === 0) return "";
  const most = Math.max(1, ...scanned.map(({ counts }) => total(counts)));
  const rows = scanned.map(({ image, counts }, index) => bar(image, counts, most, index * ROW));
  return [
    `<svg class="plot" role="img" aria-labelledby="plot-title" width="100%" height="${scanned.length * ROW - GAP}">`,
    '<title id="plot-title">Findings by severity; the table below has the same numbers</title>',
    ...rows,
    "</svg>",
  ].join("\n");
}

function bar(image: ReportedImage, counts: SeverityCounts, most: number, top: number): string {
  const { service, platform } = titleOf(image);
  const sum = total(counts);
  const label = `<text x="0" y="${top + 14}" class="label">${html(service)}<tspan class="soft" dx="8">${html(platform)}</tspan></text>`;
  const number = `<text x="100%" y="${top + 14}" text-anchor="end" class="soft">${plural(sum, "finding")}</text>`;
  const track = rect("track", 0, 100, top + BAR_TOP);
  return [label, number, track, ...segments(counts, most, top + BAR_TOP)].join("\n");
}

function segments(counts: SeverityCounts, most: number, top: number): string[] {
  const shown = SEVERITIES.filter((severity) => counts[severity] > 0);
  const raw = shown.map((severity) => Math.max(LEAST, (counts[severity] / most) * 100));
  // What the smallest got more, the others give.
  const scale = Math.min(1, 100 / raw.reduce((sum, width) => sum + width, 0));
  let left = 0;
  return shown.flatMap((severity, index) => {
    const width = (raw[index] ?? 0) * scale;
    const at = left;
    left += width;
    const title = `<title>${counts[severity]} ${severityWord(severity)}</title>`;
    const piece = rect(`bar ${severity.toLowerCase()}`, at, width, top, title);
    if (width < NARROW) return [piece];
    const middle = `x="${percent(at + width / 2)}" y="${top + BAR_HEIGHT - 5}"`;
    const classes = `class="count on-${severity.toLowerCase()}"`;
    return [piece, `<text ${middle} text-anchor="middle" ${classes}>${counts[severity]}</text>`];
  });
}

function rect(classes: string, left: number, width: number, top: number, inner = ""): string {
  return `<rect class="${classes}" x="${percent(left)}" y="${top}" width="${percent(width)}" height="${BAR_HEIGHT}">${inner}</rect>`;
}

function percent(value: number): string {
  return `${Number(value.toFixed(3))}%`;
}

function total(counts: SeverityCounts): number {
  return SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0);
}
