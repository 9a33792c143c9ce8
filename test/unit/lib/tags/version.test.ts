import assert from "node:assert/strict";
import {
  commitIn,
  isFloatingAlias,
  isMovable,
  isSemverVersion,
  validateTag,
} from "../../../../lib/tags";

describe("versions", () => {
  const kinds: [string, "semver" | "alias" | "movable"][] = [
    ["v1.0.0", "semver"],
    ["1.0.0-rc.1", "semver"],
    ["v0.0.1", "semver"],
    ["1.0.0-0123456789ab", "semver"],
    ["2024.10.15", "semver"],
    ["=1.0.0", "movable"],
    [" v1.0.0", "movable"],
    ["V1.0.0", "movable"],
    ["v01.0.0", "movable"],
    ["v1.0.0-01", "movable"],
    ["v1.0.0.0", "movable"],
    ["v99999999999999999999.0.0", "movable"],
    ["dev", "movable"],
    ["pr-17", "movable"],
    ["Latest", "movable"],
    ["0123456789ab", "movable"],
    ["latest", "alias"],
    ["v1", "alias"],
    ["1.0", "alias"],
    ["2024.09", "alias"],
    ["2024.10", "alias"],
    ["20241015", "alias"],
    // One commit in 280 has no letter.
    ["123456789012", "movable"],
    ["1".repeat(40), "movable"],
    ["v123456789012", "alias"],
  ];
  for (const [version, kind] of kinds) {
    it(`\`${version}\` is ${kind}`, () => {
      assert.equal(isSemverVersion(version), kind === "semver");
      assert.equal(isFloatingAlias(version), kind === "alias");
      assert.equal(isMovable(version), kind === "movable");
    });
  }

  it("says why a tag is refused", () => {
    assert.match(validateTag("v1+x") ?? "", /build metadata/);
    assert.match(validateTag("a".repeat(129)) ?? "", /129 characters/);
    assert.match(validateTag("a/b") ?? "", /allowed are letters/);
    assert.equal(validateTag("a".repeat(128)), undefined);
  });

  const commits: [string, string | undefined][] = [
    ["0123456789ab", "0123456789ab"],
    ["main-0123456789ab", "0123456789ab"],
    ["a".repeat(40), "a".repeat(40)],
    ["x0123456789ab", undefined],
    ["0123456789abc", undefined],
    ["1.0.0-0123456789ab", undefined],
    ["main", undefined],
  ];
  for (const [tag, commit] of commits) {
    it(`\`${tag}\` names ${commit ?? "no commit"}`, () => {
      assert.equal(commitIn(tag), commit);
    });
  }
});
