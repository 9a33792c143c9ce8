import { readFileSync } from "node:fs";

/** Variable that names the file for a run's counts. */
export const SUMMARY_VARIABLE = "BOT_CORE_TEST_COUNTS";

/** What came of one run of tests. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** What mocha prints of each failed test: its title, the message and where it was thrown. */
  readonly failures: readonly string[];
  /** Each skipped test with its reason. */
  readonly skipped: readonly string[];
}

/** The counts that a run wrote; undefined where it ended before it could. */
export function readCounts(file: string): TestCounts | undefined {
  try {
    // dev/testReporter writes this file's shape.
    return JSON.parse(readFileSync(file, "utf8")) as TestCounts;
  } catch {
    return undefined;
  }
}

/**
 * Every failure once more, for the end of a long output: whoever reads that in CI often has only its
 * last part. Empty where nothing failed.
 */
export function failuresOf(all: readonly TestCounts[]): string {
  const failures = all.flatMap((one) => one.failures);
  return failures.map((one, n) => `\n  failed, ${n + 1} of ${failures.length}: ${one}\n`).join("");
}

/** What was skipped and why, and the last line: `N passed, N failed, N skipped`. */
export function textOf(all: readonly TestCounts[]): string {
  const sum = (count: (one: TestCounts) => number): number =>
    all.reduce((total, one) => total + count(one), 0);
  const skipped = all.flatMap((one) => one.skipped);
  return [
    ...skipped.map((line) => `\n  skipped: ${line}`),
    `\n\n${sum((one) => one.passed)} passed, ${sum((one) => one.failed)} failed, ${skipped.length} skipped`,
  ].join("");
}
