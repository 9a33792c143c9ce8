import assert from "node:assert/strict";
import { limitError, limitWait } from "../../../../lib/github/limits";

const NOW = Date.parse("2026-03-01T10:00:00Z");
const NOTHING_LEFT = { "x-ratelimit-remaining": "0" };
const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes.";

describe("GitHub's limits", () => {
  const answers: [string, number, Record<string, string>, string, number | undefined][] = [
    ["a wait that is asked for", 403, { "retry-after": "7" }, "no", 7_000],
    ["the same with 429", 429, { "retry-after": "7" }, "no", 7_000],
    ["a wait that is no number", 429, { "retry-after": "soon" }, "no", 60_000],
    ["no calls left", 403, { ...NOTHING_LEFT, "x-ratelimit-reset": "1772359230" }, "no", 30_000],
    ["no calls left until just now", 403, { ...NOTHING_LEFT, "x-ratelimit-reset": "1" }, "no", 0],
    ["no calls left, without a time", 403, NOTHING_LEFT, "no", 60_000],
    ["a secondary limit", 403, { "x-ratelimit-remaining": "4999" }, SECONDARY, 60_000],
    ["too many calls, without a word", 429, {}, "", 60_000],
    ["a missing permission", 403, { "x-ratelimit-remaining": "4999" }, "not allowed", undefined],
    ["a fault of the server", 502, { "retry-after": "7" }, "no", undefined],
    ["a good answer with the last call", 200, NOTHING_LEFT, "", undefined],
  ];
  for (const [what, status, headers, message, wait] of answers) {
    it(`${what}: ${wait === undefined ? "none" : `${wait} ms`}`, () => {
      const json = message === "" ? undefined : { message };
      assert.equal(limitWait({ status, headers: new Headers(headers), json }, NOW), wait);
    });
  }

  it("are told with GitHub's own words and when to run again", () => {
    const { message, code } = limitError({ status: 403, json: { message: "too much" } }, NOW + 1);
    assert.equal(code, "github-limited");
    assert.equal(
      message,
      "GitHub takes no more calls with this token for now (403: too much); run again after 2026-03-01T10:00:01Z",
    );
  });
});
