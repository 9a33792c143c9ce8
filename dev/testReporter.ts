import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { type TestCounts, SUMMARY_VARIABLE, textOf } from "./testCounts";

/**
 * Mocha's own listing, then what was skipped and why, then one line that says it all:
 * `N passed, N failed, N skipped`. A test skips itself by `skip(this, reason)` of dev/skip.
 * Where other runs go on beside this one, the last part goes into a file, and their starter says it
 * for all together.
 */
export = class TestReporter extends Mocha.reporters.Spec {
  public constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    const failures: string[] = [];
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error: Error) => {
      failures.push(`${test.fullTitle()}\n${error.stack ?? error.message}`);
    });
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test) => {
      const { skipReason } = test as { skipReason?: string };
      skipped.push(`${test.fullTitle()}: ${skipReason ?? "it gives no reason"}`);
    });
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed } = this.stats;
      const counts: TestCounts = { passed, failed, failures, skipped };
      const file = process.env[SUMMARY_VARIABLE];
      if (file === undefined) console.log(textOf([counts]));
      else writeFileSync(file, JSON.stringify(counts));
    });
  }
};
