import assert from "node:assert/strict";
import { buildTag, platformInputs, platformText } from "../../../../lib/images";

describe("build names", () => {
  const hex = "0123456789abcdef".repeat(4);
  for (const [platform, tag] of [
    ["linux/amd64", "pb-0123456789ab-amd64"],
    ["linux/arm64", "pb-0123456789ab-arm64"],
    ["linux/arm64/v8", "pb-0123456789ab-arm64"],
    ["linux/arm/v7", "pb-0123456789ab-armv7"],
    ["linux/arm", "pb-0123456789ab-armv7"],
    ["windows/amd64", "pb-0123456789ab-windows-amd64"],
  ] as const) {
    it(platform, () => {
      assert.equal(buildTag(hex, platform), tag);
    });
  }

  it("have an own digest for each platform, equal for equal platforms", () => {
    const [amd64, arm64, arm64v8] = ["linux/amd64", "linux/arm64", "linux/arm64/v8"].map(
      (platform) => platformInputs(hex, platform),
    );
    assert.match(amd64 ?? "", /^[0-9a-f]{64}$/);
    assert.notEqual(amd64, arm64);
    assert.equal(arm64, arm64v8);
    assert.equal(platformText({ os: "linux", architecture: "arm", variant: "v6" }), "linux/arm/v6");
  });
});
