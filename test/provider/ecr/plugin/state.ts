import { existsSync, readFileSync, writeFileSync } from "node:fs";

export type Inputs = Readonly<Record<string, unknown>>;

/** What the double of AWS holds, by `TYPE REGION ID`, and every change that was asked for. */
export interface AwsState {
  readonly things: Record<string, Inputs>;
  readonly changes: string[];
}

export function readState(file: string): AwsState {
  // Only `writeState` writes it.
  const written = existsSync(file) ? readFileSync(file, "utf8") : '{"things":{},"changes":[]}';
  return JSON.parse(written) as AwsState;
}

export function writeState(file: string, state: AwsState): void {
  writeFileSync(file, JSON.stringify(state));
}
