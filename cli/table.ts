import { paint, plain, type Look, type Tone } from "./terminal";

export interface Column {
  readonly title: string;
  /** May be cut where the table is too wide; the others stay whole. */
  readonly flexible?: boolean;
}

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

const GAP = "  ";
/** A cut cell still tells something. */
const LEAST_WIDTH = 6;

/**
 * Lines of a table: titles, then a row a line, each column as wide as its longest cell. Where that
 * is wider than the output, the widest flexible columns are cut, and cut cells end in `…`.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  look: Look,
): string {
  const head = columns.map(({ title }): Cell => ({ text: title, tone: "faint" }));
  const cells = [head, ...rows].map((row) =>
    columns.map((_, index): Cell => ({ ...row[index], text: plain(row[index]?.text ?? "") })),
  );
  const natural = columns.map((_, index) =>
    Math.max(...cells.map((row) => lengthOf(row[index]?.text ?? ""))),
  );
  const widths = fit(columns, natural, look.width);
  return cells.map((row) => line(row, widths, look)).join("\n");
}

/** The widths that are left when the widest flexible columns have given way. */
function fit(
  columns: readonly Column[],
  natural: readonly number[],
  available: number,
): readonly number[] {
  const widths = [...natural];
  const total = (): number =>
    widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  while (total() > available) {
    const candidates = columns.flatMap(({ flexible }, index) =>
      flexible === true && (widths[index] ?? 0) > LEAST_WIDTH ? [index] : [],
    );
    const widest = candidates.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function line(row: readonly Cell[], widths: readonly number[], look: Look): string {
  return row
    .map(({ text, tone }, index) => {
      const width = widths[index] ?? 0;
      const shown = cut(text, width);
      const padding = index === row.length - 1 ? "" : " ".repeat(width - lengthOf(shown));
      return shown === "" ? padding : paint(shown, tone, look) + padding;
    })
    .join(GAP)
    .trimEnd();
}

function cut(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join("")}…`;
}

/** Characters, not UTF-16 units. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
