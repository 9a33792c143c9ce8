import type { Line } from "./row";

/** With the spaces between them, 80 columns. */
const WIDTHS = [31, 13, 13, 5, 9, 4] as const;
const TOTAL = 80;
const INDENT = "    ";

/** The head of the table. */
export function header(): string {
  const names = ["what", "ours", "theirs", "ratio", "target", ""];
  return `${cells(names)}\n${"-".repeat(TOTAL)}`;
}

/** A line of the table, with its note below it. */
export function format({ what, ours, theirs, ratio, target, ok, note }: Line): string {
  const verdict = ok === undefined ? "" : ok ? "ok" : "miss";
  const columns = [what, ours, theirs, ratio?.toFixed(2) ?? "-", target, verdict];
  const wrapped = columns.map((text, at) => wrap(text, WIDTHS[at] ?? TOTAL));
  const height = Math.max(...wrapped.map(({ length }) => length));
  const rows = Array.from({ length: height }, (_, row) =>
    cells(wrapped.map((lines) => lines[row] ?? "")),
  );
  const notes = note === undefined ? [] : wrap(note, TOTAL - INDENT.length);
  return [...rows, ...notes.map((text) => INDENT + text)].join("\n");
}

function cells(texts: readonly string[]): string {
  return texts
    .map((text, at) => text.padEnd(WIDTHS[at] ?? 0))
    .join(" ")
    .trimEnd();
}

/** Breaks at spaces; a word that is longer than the line stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
