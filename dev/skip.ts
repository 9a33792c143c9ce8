/**
 * Skips the running test and says why in the summary.
 * @param context the test's or hook's `this`
 */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.test ?? context.currentTest;
  if (runnable !== undefined) Object.assign(runnable, { skipReason: reason });
  return context.skip();
}
