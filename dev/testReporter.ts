import Mocha from "mocha";

/**
 * Mocha's own listing, then what was skipped and why, then one line that says it all:
 * `N passed, N failed, N skipped`. A test skips itself by `skip(this, reason)` of dev/skip.
 */
export = class TestReporter extends Mocha.reporters.Spec {
  public constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test) => {
      const { skipReason } = test as { skipReason?: string };
      skipped.push(`  skipped: ${test.fullTitle()}: ${skipReason ?? "it gives no reason"}`);
    });
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      if (skipped.length > 0) console.log(`\n${skipped.join("\n")}`);
      console.log(`\n${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
};
