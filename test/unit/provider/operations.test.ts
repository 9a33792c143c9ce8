import assert from "node:assert/strict";
import { Operations } from "../../../provider/operations";

describe("Operations", () => {
  it("does nothing in a cancel when nothing runs, and later work is not touched by it", async () => {
    const operations = new Operations();
    await operations.cancel();
    assert.equal(await operations.run((signal) => Promise.resolve(signal.aborted)), false);
  });

  it("aborts what runs and waits until all of it has undone itself", async () => {
    const operations = new Operations();
    const undone: string[] = [];
    const work = (name: string, fails: boolean) => (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => {
          setTimeout(() => {
            undone.push(name);
            if (fails) reject(new Error(name));
            else resolve();
          }, 20);
        });
      });
    const first = operations.run(work("first", false));
    const second = operations.run(work("second", true));
    const failed = assert.rejects(second, /second/);
    await operations.cancel();
    assert.deepEqual(undone, ["first", "second"]);
    await first;
    await failed;
  });

  it("starts work aborted after close", async () => {
    const operations = new Operations();
    await operations.close();
    assert.equal(await operations.run((signal) => Promise.resolve(signal.aborted)), true);
  });
});
