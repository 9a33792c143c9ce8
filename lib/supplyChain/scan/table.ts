/** Characters of a line that every terminal shows whole. */
export const LINE_WIDTH = 80;
const GAP = "  ";
const CUT = "…";

/**
 * Aligned columns within a line's width. Where they do not fit, the widest of the columns that may
 * be cut are cut, and cut cells end in `…`.
 * @param cuttable indices of columns whose cells may be cut
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  cuttable: readonly number[],
  width = LINE_WIDTH,
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  shrink(widths, cuttable, width - GAP.length * (count - 1));
  return rows.map((row) =>
    row
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

const NARROWEST = 6;

function shrink(widths: number[], cuttable: readonly number[], room: number): void {
  for (;;) {
    const over = widths.reduce((sum, width) => sum + width, 0) - room;
    const widest = cuttable.reduce((best, column) =>
      (widths[column] ?? 0) > (widths[best] ?? 0) ? column : best,
    );
    const width = widths[widest] ?? 0;
    if (over <= 0 || width <= NARROWEST) return;
    widths[widest] = width - 1;
  }
}

function cut(cell: string, width: number): string {
  return cell.length <= width ? cell : cell.slice(0, width - CUT.length) + CUT;
}
