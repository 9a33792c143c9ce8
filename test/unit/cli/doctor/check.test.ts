import assert from "node:assert/strict";
import { doctorOutcome } from "../../../../cli/commands/doctor";
import { fault, ok, runChecks, Unknown, warning, worstOf } from "../../../../cli/doctor/check";
import { UserError } from "../../../../lib/errors";

const signal = new AbortController().signal;
const never = (): Promise<never> => new Promise(() => undefined);

describe("doctor's checks", () => {
  it("all run, whatever becomes of the others, and keep their order", async () => {
    const open: string[][] = [];
    const checks = [
      { name: "slow", run: never },
      { name: "broken", run: () => Promise.reject(new UserError("it is broken; mend it", "x")) },
      { name: "waiting", run: () => Promise.reject(new Unknown("needs `broken`")) },
      { name: "good", run: () => Promise.resolve(ok("1.0")) },
    ];
    const onProgress = (names: readonly string[]): unknown => open.push([...names]);
    const results = await runChecks(checks, { limitMs: 50, signal, onProgress });
    assert.deepEqual(results, [
      {
        name: "slow",
        state: "fault",
        detail: "no answer within 0.05 s",
        mend: "see why it hangs, and try again",
      },
      { name: "broken", state: "fault", detail: "it is broken; mend it" },
      { name: "waiting", state: "skipped", detail: "needs `broken`" },
      { name: "good", state: "ok", detail: "1.0" },
    ]);
    assert.deepEqual(open[0], ["slow", "broken", "waiting", "good"]);
    assert.deepEqual(open.at(-1), []);
  });

  it("end at once with an interrupt", async () => {
    const interrupt = new AbortController();
    const running = runChecks([{ name: "slow", run: never }], {
      limitMs: 60_000,
      signal: interrupt.signal,
    });
    interrupt.abort();
    assert.equal((await running)[0]?.detail, "interrupted");
  });

  it("are given a signal that ends with their time", async () => {
    let ended = false;
    const run = (limit: AbortSignal): Promise<never> => {
      limit.addEventListener("abort", () => (ended = true));
      return never();
    };
    await runChecks([{ name: "slow", run }], { limitMs: 20, signal });
    assert.ok(ended);
  });

  it("join to the worst of several", () => {
    assert.deepEqual(worstOf([]), { state: "ok", detail: "" });
    assert.deepEqual(worstOf([ok("a"), ok("b"), ok("a")]), ok("a\nb"));
    assert.deepEqual(
      worstOf([ok("a"), warning("w", "m"), fault("f", "n"), fault("g", "n")]),
      fault("f\ng", "n"),
    );
  });
});

describe("doctor's report", () => {
  const results = [
    { name: "node", ...ok("20.20.2") },
    { name: "disk", ...warning("4.0 GiB free", "prune") },
    { name: "registry", ...fault("word ".repeat(20).trim(), "log in") },
  ];

  it("shows each check, its mend below it, and the sum", () => {
    assert.equal(
      doctorOutcome(results).text({ width: 60, colour: false }),
      [
        "ok     node      20.20.2",
        "warn   disk      4.0 GiB free",
        "                 mend: prune",
        "FAULT  registry  word word word word word word word word",
        "                 word word word word word word word word",
        "                 word word word word",
        "                 mend: log in",
        "",
        "1 fault, 1 warning",
      ].join("\n"),
    );
  });

  it("has exit code 1 for a fault only", () => {
    assert.equal(doctorOutcome(results).exitCode, 1);
    const mild = doctorOutcome(results.slice(0, 2));
    assert.equal(mild.exitCode, 0);
    assert.match(mild.text({ width: 80, colour: false }), /\n\nnothing is wrong, 1 warning$/);
  });
});
