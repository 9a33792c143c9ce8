import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { UserError } from "../../../lib/errors";
import { run } from "../../../lib/process/run";
import { assertSbomSubject, findTool, makeSbom } from "../../../lib/supplyChain";
import { PULL, type PushedIndex, SigningWorld } from "./signingWorld";

const PORT = 15_766;
const REPOSITORY = "sbom-test/web";

describe("bills of materials by the real syft", function () {
  this.timeout(120_000);
  const world = new SigningWorld();
  let index: PushedIndex;

  before(async function () {
    const syft = await run("syft", ["--version"]).catch(() => undefined);
    if (syft?.code !== 0) skip(this, "no syft on PATH");
    await world.start(this, "sbom-test-registry", PORT);
    index = await world.push(REPOSITORY, "v1.0.0", "1.0-1");
  });
  after(() => world.close());

  const fails = async (work: Promise<unknown>, code: string, words: RegExp) => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /-pw-/);
      return true;
    });
  };

  it("lists each platform's packages and describes exactly its digest", async () => {
    const { version } = await findTool("syft");
    const described = [];
    for (const { platform, digest } of index.platforms) {
      const image = world.access(REPOSITORY, digest, PULL);
      const made = await makeSbom(image, platform);
      assert.equal(made.packages, 2);
      assert.equal(made.tool, version);
      assertSbomSubject(made.document, image);
      assert.match(made.document.toString(), /"libtest"[^]*"test-app"|"test-app"[^]*"libtest"/);
      described.push(made.document);
    }
    const [first] = described;
    const other = world.access(REPOSITORY, index.platforms[1]?.digest ?? "");
    assert.throws(() => {
      assertSbomSubject(first ?? "", other);
    }, /describes sha256:.*, not sha256:/);
  });

  it("refuses the index: its bill of materials would be of one platform", async () => {
    const image = world.access(REPOSITORY, index.digest, PULL);
    const digest = index.platforms[0]?.digest ?? "none";
    await fails(makeSbom(image, "linux/amd64"), "sbom-subject", new RegExp(digest));
  });

  it("says what syft said, without the password", async () => {
    const image = world.access(REPOSITORY, `sha256:${"0".repeat(64)}`, PULL);
    await fails(makeSbom(image, "linux/amd64"), "sbom-tool", /MANIFEST_UNKNOWN|manifest unknown/);
    const wrong = world.access(REPOSITORY, index.digest, { ...PULL, password: "other-pw-1" });
    await fails(makeSbom(wrong, "linux/amd64"), "sbom-tool", /UNAUTHORIZED/);
  });
});
