/** How text may look where it goes. */
export interface Look {
  /** Columns. */
  readonly width: number;
  readonly colour: boolean;
}

/** What a piece of text means; colour is one way of showing it, never the only one. */
export type Tone = "good" | "warning" | "bad" | "faint";

const CODES: Readonly<Record<Tone, number>> = { good: 32, warning: 33, bad: 31, faint: 2 };
/** Where no terminal tells its width. */
const DEFAULT_WIDTH = 80;

/** The look of an output stream: colour on a terminal only, and never with NO_COLOR (no-color.org). */
export function lookOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): Look {
  const refused = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return {
    width: stream.isTTY === true ? widthOf(stream.columns) : DEFAULT_WIDTH,
    colour: stream.isTTY === true && !refused,
  };
}

/** Some terminals, as those of CI, say that they have no columns at all. */
export function widthOf(columns: number | undefined): number {
  return columns === undefined || columns === 0 ? DEFAULT_WIDTH : columns;
}

export function paint(text: string, tone: Tone | undefined, look: Look): string {
  return tone === undefined || !look.colour ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`;
}

/**
 * Text of others on one line: what a label or a server says cannot move the cursor or colour the
 * terminal.
 */
export function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

/**
 * Breaks text into lines at spaces; its own line breaks stay. A word that is longer than a line
 * stays whole, so that it can be copied.
 * @param width columns of a line
 */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(plain(line), width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = /^ */.exec(line)?.[0] ?? "";
  let empty = true;
  for (const word of line.split(" ").filter((part) => part !== "")) {
    const longer = empty ? current + word : `${current} ${word}`;
    if (!empty && longer.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = longer;
    }
    empty = false;
  }
  return [...lines, current];
}
