import type { Bench } from "./bench";

/** One line of the table. */
export interface Line {
  readonly what: string;
  readonly ours: string;
  /** `-` where nothing else does it. */
  readonly theirs: string;
  /** Ours over theirs; absent where there is nothing to divide by. */
  readonly ratio?: number;
  readonly target: string;
  /** Absent: said for comparison only. */
  readonly ok?: boolean;
  /** How it was measured, and what a reader should know of it. */
  readonly note?: string;
}

/** A row of the numbers that this product promises. */
export interface Row {
  /** What selects it on the command line. */
  readonly name: string;
  /** Rows of one stage that follow each other share what the first has set up. */
  readonly stage: string;
  readonly measure: (bench: Bench) => Promise<readonly Line[]>;
}
