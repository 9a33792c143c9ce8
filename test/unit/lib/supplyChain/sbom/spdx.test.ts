import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import { assertSbomSubject, makeSbom } from "../../../../../lib/supplyChain";
import { readSpdx } from "../../../../../lib/supplyChain/sbom/spdx";
import { fakeRun, fixture } from "../recorded";

const SYFT = fixture("syft-1.57.0.spdx.json");
const DIGEST = "sha256:291e59cb43a47dd926a647ff4f05a0577cbf44b3bd0897a1c2638d81257b8f0a";
const OTHER = `sha256:${"a".repeat(64)}`;
const image = (digest: string) => ({
  endpoint: { server: "localhost:5005", insecure: true },
  credentials: undefined,
  repository: "fx/sbom",
  digest,
});

/** A document that names its subject in the given ways alone. */
const about = (root: object, more: object = {}): string =>
  JSON.stringify({
    spdxVersion: "SPDX-2.3",
    SPDXID: "SPDXRef-DOCUMENT",
    packages: [
      { SPDXID: "SPDXRef-Root", ...root },
      { SPDXID: "SPDXRef-Other", versionInfo: OTHER },
    ],
    relationships: [
      {
        spdxElementId: "SPDXRef-DOCUMENT",
        relatedSpdxElement: "SPDXRef-Root",
        relationshipType: "DESCRIBES",
      },
    ],
    ...more,
  });
const purl = `pkg:oci/web@${DIGEST.replace(":", "%3A")}?arch=amd64`;
const hex = DIGEST.slice("sha256:".length);

const code = (work: () => void): string => {
  try {
    work();
    return "";
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.code;
  }
};

describe("the subject of an SPDX document", () => {
  it("is read as syft writes it, with the number of packages", () => {
    assert.deepEqual(readSpdx(SYFT), { packages: 2, subjects: [DIGEST] });
    assertSbomSubject(Buffer.from(SYFT), image(DIGEST));
  });

  it("may be told in any of three ways", () => {
    const roots = [
      { versionInfo: DIGEST },
      { checksums: [{ algorithm: "SHA256", checksumValue: hex.toUpperCase() }] },
      { externalRefs: [{ referenceType: "purl", referenceLocator: purl }] },
    ];
    for (const root of roots) assert.deepEqual(readSpdx(about(root)).subjects, [DIGEST]);
    const described = { relationships: [], documentDescribes: ["SPDXRef-Root"] };
    assert.deepEqual(readSpdx(about({ versionInfo: DIGEST }, described)).subjects, [DIGEST]);
  });

  it("has to be this image, and no other one beside it", () => {
    const refused = [
      about({ versionInfo: OTHER }),
      about({ versionInfo: "1.0.0" }),
      about({ versionInfo: DIGEST }, { relationships: [] }),
      about({
        versionInfo: DIGEST,
        checksums: [{ algorithm: "SHA256", checksumValue: "a".repeat(64) }],
      }),
      about({
        versionInfo: OTHER,
        externalRefs: [{ referenceType: "purl", referenceLocator: purl }],
      }),
    ];
    for (const document of refused) {
      assert.equal(
        code(() => {
          assertSbomSubject(document, image(DIGEST));
        }),
        "sbom-subject",
      );
    }
    assert.throws(
      () => {
        assertSbomSubject(SYFT, image(OTHER));
      },
      (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, new RegExp(`describes ${DIGEST}, not ${OTHER}`));
        return true;
      },
    );
  });

  it("is of no document that is none", () => {
    for (const text of ["", "{}", "[]", '{"spdxVersion":"SPDX-3.0","SPDXID":"x"}']) {
      assert.equal(
        code(() => readSpdx(text)),
        "sbom-invalid",
      );
    }
  });
});

describe("making a bill of materials", () => {
  const answer = (stdout: string, status = 0) =>
    fakeRun(([, first]) =>
      first === "--version"
        ? { stdout: "syft 1.57.0" }
        : { stdout, code: status, stderr: "no: pw-9" },
    );

  it("asks syft for one platform of one digest", async () => {
    const { run, seen } = answer(SYFT);
    const made = await makeSbom(image(DIGEST), "linux/amd64", { run });
    assert.deepEqual([made.packages, made.tool], [2, "1.57.0"]);
    const { line = [], env = {} } = seen[1] ?? {};
    const config = `${env["DOCKER_CONFIG"] ?? ""}/syft.yaml`;
    assert.deepEqual(line, [
      ...["syft", "scan", `registry:localhost:5005/fx/sbom@${DIGEST}`, "--config", config],
      ...["--platform", "linux/amd64", "-o", "spdx-json"],
    ]);
  });

  it("keeps from syft what would change its list, and the signing keys", async () => {
    const before = { ...process.env };
    const withheld = { SYFT_EXCLUDE: "./**", SYFT_SCOPE: "all-layers", COSIGN_PASSWORD: "pw-9" };
    Object.assign(process.env, withheld, { SYFT_CACHE_DIR: "/cache" });
    try {
      const { run, seen } = answer(SYFT);
      await makeSbom(image(DIGEST), "linux/amd64", { run });
      const env = seen[1]?.env ?? {};
      for (const name of Object.keys(withheld)) {
        assert.ok(name in env && env[name] === undefined, name);
      }
      assert.ok(!("SYFT_CACHE_DIR" in env));
    } finally {
      for (const name of [...Object.keys(withheld), "SYFT_CACHE_DIR"]) {
        Reflect.deleteProperty(process.env, name);
      }
      Object.assign(process.env, before);
    }
  });

  it("refuses what syft could not do, printed wrongly, or made of something else", async () => {
    const login = { ...image(DIGEST), credentials: { username: "u", password: "pw-9" } };
    await assert.rejects(makeSbom(login, "linux/amd64", { run: answer("", 1).run }), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, "sbom-tool");
      assert.match(error.message, /no: \[secret\]/);
      return true;
    });
    const made = (text: string) => makeSbom(image(OTHER), "linux/amd64", { run: answer(text).run });
    await assert.rejects(made("hello"), { code: "sbom-tool" });
    await assert.rejects(made(SYFT), { code: "sbom-subject" });
  });
});
