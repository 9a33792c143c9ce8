import assert from "node:assert/strict";
import { lowerPullPolicies } from "../../../../lib/compose/pullPolicy";

describe("lowerPullPolicies", () => {
  const cases: [string, string][] = [
    ["    pull_policy: Always", "    pull_policy: always"],
    ["    pull_policy: 'NEVER' # Never", "    pull_policy: 'never' # never"],
    ["    pull_policy: ${PULL_ALWAYS:-Always}", "    pull_policy: ${PULL_ALWAYS:-always}"],
    ["web: {image: Always, pull_policy: Always}", "web: {image: Always, pull_policy: always}"],
    ["    image: Always", "    image: Always"],
    ["    pull_policy: Sometimes", "    pull_policy: Sometimes"],
  ];
  for (const [text, expected] of cases) {
    it(`makes "${text.trim()}" "${expected.trim()}"`, () => {
      assert.equal(lowerPullPolicies(text), expected);
    });
  }
});
