/**
 * Tells a person what happens. Ephemeral lines replace each other, others stay.
 * A release is never silent for more than a few seconds.
 */
export type Report = (line: string, ephemeral: boolean) => void;

/** What every step of a release is given besides its own business. */
export interface Conduct {
  readonly report: Report;
  readonly signal: AbortSignal;
}
