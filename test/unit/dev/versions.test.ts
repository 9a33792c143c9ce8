import assert from "node:assert/strict";
import { isPulumiRecent } from "../../../dev/versions";

const printed: readonly (readonly [string, boolean])[] = [
  ["v3.259.0", true],
  ["v3.259.0\n", true],
  ["3.260.1-dev.0", true],
  ["v4.0.0", true],
  ["v3.258.9", false],
  ["v3.99.0", false],
  ["v2.300.0", false],
  ["", false],
  ["command not found", false],
];

describe("dev/versions", () => {
  for (const [text, recent] of printed) {
    it(`takes \`${text.trim()}\` for ${recent ? "new enough" : "too old"}`, () => {
      assert.equal(isPulumiRecent(text), recent);
    });
  }
});
