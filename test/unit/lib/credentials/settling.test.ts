import assert from "node:assert/strict";
import { bounded } from "../../../../lib/credentials/bounded";
import { whileSettling } from "../../../../lib/credentials/settling";
import { refused } from "./tokenService";

describe("whileSettling", () => {
  const refusal = new Error("refused");
  const settling = (key: string, limitMs: number) => ({
    key,
    limitMs,
    isRefusal: (error: unknown) => error === refusal,
  });

  it("tries a refusal again until its time is over, counted once a process", async () => {
    let attempts = 0;
    const attempt = (): Promise<never> => {
      attempts++;
      return Promise.reject(refusal);
    };
    await assert.rejects(whileSettling(settling("a", 1_600), attempt), refusal);
    assert.equal(attempts, 3);
    await assert.rejects(whileSettling(settling("a", 1_600), attempt), refusal);
    assert.equal(attempts, 4);
  });

  it("does not try any other error again", async () => {
    let attempts = 0;
    const other = new Error("other");
    const attempt = (): Promise<never> => {
      attempts++;
      return Promise.reject(other);
    };
    await assert.rejects(whileSettling(settling("b", 10_000), attempt), other);
    assert.equal(attempts, 1);
  });
});

describe("bounded", () => {
  it("gives up what does not end, and keeps no timer for what does", async () => {
    const endless = new Promise<never>(() => undefined);
    const message = await refused(bounded("Somebody", endless, 20), "credentials-unreachable");
    assert.match(message, /^Somebody cannot be reached.*no answer within 0.02 s/);
    assert.equal(await bounded("Somebody", Promise.resolve(1), 20), 1);
  });
});
