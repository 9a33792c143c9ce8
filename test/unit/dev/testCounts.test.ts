import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failuresOf, readCounts, SUMMARY_VARIABLE, textOf } from "../../../dev/testCounts";
import { run } from "../../../lib/process/run";

const CHECKOUT = join(__dirname, "../../..");

describe("counts of tests", function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "counts-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("of several runs are one line, the last", () => {
    const text = textOf([
      { passed: 3, failed: 1, failures: ["c"], skipped: ["a: no Docker"] },
      { passed: 4, failed: 0, failures: [], skipped: ["b: no root"] },
    ]);
    assert.equal(text.split("\n").at(-1), "7 passed, 1 failed, 2 skipped");
    assert.match(text, /skipped: a: no Docker\n {2}skipped: b: no root\n/);
  });

  it("tell the failures of all runs once more, numbered; nothing where nothing failed", () => {
    const counts = { passed: 3, failed: 1, skipped: [] };
    const none = { passed: 3, failed: 0, failures: [], skipped: [] };
    const runs = [{ ...counts, failures: ["a b\nError: c"] }, none, { ...counts, failures: ["d"] }];
    assert.equal(failuresOf(runs), "\n  failed, 1 of 2: a b\nError: c\n\n  failed, 2 of 2: d\n");
    assert.equal(failuresOf([none]), "");
  });

  it("are told by the reporter: what passed, what failed, and why something was skipped", async () => {
    const skip = JSON.stringify(join(CHECKOUT, "dev/skip"));
    writeFileSync(
      join(folder, "some.test.ts"),
      `import { skip } from ${skip};
       describe("some", () => {
         it("passes", () => undefined);
         it("fails", () => { throw new Error("as it should"); });
         it("is skipped", function () { skip(this, "no need"); });
       });`,
    );
    const file = join(folder, "counts.json");
    const mocha = join(CHECKOUT, "node_modules/mocha/bin/mocha.js");
    const reporter = join(CHECKOUT, "dev/testReporter.ts");
    const args = ["--import", "tsx", mocha, "--reporter", reporter, join(folder, "some.test.ts")];
    const env = { [SUMMARY_VARIABLE]: file };
    assert.equal((await run(process.execPath, args, { cwd: CHECKOUT, env })).code, 1);
    const counts = readCounts(file);
    assert.ok(counts !== undefined);
    const { failures, ...rest } = counts;
    assert.deepEqual(rest, { passed: 1, failed: 1, skipped: ["some is skipped: no need"] });
    assert.equal(failures.length, 1);
    assert.match(failures[0] ?? "", /^some fails\nError: as it should\n +at .*some\.test\.ts:4/);
    const alone = await run(process.execPath, args, {
      cwd: CHECKOUT,
      env: { [SUMMARY_VARIABLE]: undefined },
    });
    assert.equal(alone.stdout.trim().split("\n").at(-1), "1 passed, 1 failed, 1 skipped");
  });

  it("are none of a run that ended before it could tell them", () => {
    assert.equal(readCounts(join(folder, "nothing.json")), undefined);
  });
});
