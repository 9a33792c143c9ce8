/** How a long-lived secret stands. */
export interface TokenReport {
  readonly level: "ok" | "warning";
  /** What was found, without a word of the secret. */
  readonly detail: string;
  /** What to do about it. Absent where nothing is wrong. */
  readonly mend?: string;
}

/** What a login is used for: who only pulls should be able to do no more. */
export type TokenUse = "push" | "pull";

const DAY_MS = 86_400_000;

/** A secret is replaced after so many days; longer is a warning. */
export const MOST_DAYS = 90;

/** So many days before its end a secret is worth a warning. */
export const LAST_DAYS = 14;

/** Where the commands of a rotation stand. */
export const ROTATION = "replace it as docs/ci-identities.md says under “Rotation”";

export function fine(detail: string): TokenReport {
  return { level: "ok", detail };
}

export function worrying(detail: string, mend = ROTATION): TokenReport {
  return { level: "warning", detail, mend };
}

/** Whole days from `from` to `to`; negative where `to` is earlier. */
export function daysBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / DAY_MS);
}

/** The day in UTC, `2026-11-23`. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
