import assert from "node:assert/strict";
import { messageOf, UserError } from "../../../../lib/errors";
import { withSpentVersion } from "../../../../lib/rollout/spentVersion";

const digest = `sha256:${"0".repeat(64)}`;
const release = {
  version: "v1.2.0",
  revision: "0123abc",
  images: { web: { repository: "localhost:5000/web", digest, platforms: [] } },
};
const failed = new UserError("web: became unhealthy", "container-not-good");

describe("spent version", () => {
  it("is named with its revision after a release that failed, the reason first", () => {
    const error = withSpentVersion(failed, release);
    assert.ok(error instanceof UserError);
    assert.equal(error.code, "container-not-good");
    assert.equal(
      error.message,
      "web: became unhealthy\n" +
        "v1.2.0 is published from 0123abc; a changed source needs a new version: " +
        "`pulumi config set version …`",
    );
  });

  it("is named without a revision where none is known", () => {
    const { version, images } = release;
    const error = withSpentVersion(failed, { version, images });
    assert.match(messageOf(error), /\nv1\.2\.0 is published; a changed source/);
  });

  for (const code of ["rollout-locked", "host-unreachable"]) {
    it(`is not named where nothing was tried: ${code}`, () => {
      const error = new UserError("no", code);
      assert.equal(withSpentVersion(error, release), error);
    });
  }

  it("is not named for a version that may move, for images of others alone, and for a defect", () => {
    assert.equal(withSpentVersion(failed, { ...release, version: "dev" }), failed);
    assert.equal(withSpentVersion(failed, { ...release, images: {} }), failed);
    const defect = new TypeError("not a function");
    assert.equal(withSpentVersion(defect, release), defect);
  });
});
