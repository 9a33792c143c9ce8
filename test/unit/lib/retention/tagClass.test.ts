import assert from "node:assert/strict";
import { classifyTag } from "../../../../lib/retention";
import { fallback } from "./support";

describe("classes of tags", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["v1.0.0", "release"],
    ["1.2.3", "release"],
    ["v1.0.0-rc.1", "prerelease"],
    ["latest", "alias"],
    ["v1", "alias"],
    ["1.0", "alias"],
    ["pr-17", "pullRequest"],
    ["pr-x", "branch"],
    ["pb-0123456789ab-amd64", "build"],
    ["0123456789ab", "commit"],
    ["main-0123456789ab", "commit"],
    ["5aa6338c71dfd6a3a26d30dcbc14f29c07063692", "commit"],
    ["sha-5aa6338", "commit"],
    ["feat-x", "branch"],
    ["dev", "branch"],
    [fallback("a"), "fallback"],
    [`${fallback("a")}.sig`, "fallback"],
    ["sha256-short", "branch"],
  ];
  for (const [tag, kind] of cases) {
    it(`${tag} is ${kind}`, () => {
      assert.equal(classifyTag(tag).kind, kind);
    });
  }
});
