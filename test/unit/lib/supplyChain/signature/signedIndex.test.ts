import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import { type Manifest, OCI_INDEX, OCI_MANIFEST } from "../../../../../lib/oci";
import {
  assertPlatforms,
  assertService,
  assertVersion,
} from "../../../../../lib/supplyChain/signature/signedIndex";

const [A, B, C] = ["a", "b", "c"].map((one) => `sha256:${one.repeat(64)}`) as [
  string,
  string,
  string,
];
const NAME = "ghcr.io/acme/web@sha256:…";

function indexOf(annotations: Record<string, string> = {}): Manifest {
  const entry = (digest: string, platform: object | undefined) => ({
    ...{ mediaType: OCI_MANIFEST, size: 1, digest, platform },
  });
  const manifests = [
    entry(A, { os: "linux", architecture: "amd64" }),
    entry(B, { os: "linux", architecture: "arm64", variant: "v8" }),
  ];
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests, annotations }));
  return { mediaType: OCI_INDEX, digest: C, size: bytes.length, bytes };
}
const codeOf = (work: () => void): string => {
  try {
    work();
    return "";
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.code;
  }
};

describe("a signed index", () => {
  it("is of the version that it was signed as", () => {
    const key = "org.opencontainers.image.version";
    const table: [Record<string, string>, string, string][] = [
      [{ [key]: "v1.0.0" }, "v1.0.0", ""],
      [{ [key]: "v1.0.0" }, "v2.0.0", "image-version-mismatch"],
      [{ [key]: "v1.0.0" }, "1.0.0", "image-version-mismatch"],
      [{ [key]: "v1.0.0" }, "dev", ""],
      [{ [key]: "v1.0.0" }, "v1", ""],
      [{}, "v2.0.0", "image-version-mismatch"],
      [{}, "2.0.0-rc.1", "image-version-mismatch"],
      [{}, "main-0123456789ab", ""],
    ];
    for (const [annotations, version, code] of table) {
      const found = codeOf(() => {
        assertVersion(NAME, indexOf(annotations), version);
      });
      assert.equal(found, code, version);
    }
  });

  it("is of the service that it was signed as, whatever the version", () => {
    const key = "org.opencontainers.image.title";
    const table: [Record<string, string>, string][] = [
      [{ [key]: "web" }, ""],
      [{ [key]: "engine" }, "image-service-mismatch"],
      [{}, "image-service-mismatch"],
    ];
    for (const [annotations, code] of table) {
      const found = codeOf(() => {
        assertService(NAME, indexOf(annotations), "web");
      });
      assert.equal(found, code, JSON.stringify(annotations));
    }
  });

  it("has the images that are to run, for their platforms", () => {
    const table: [string, string, string][] = [
      ["linux/amd64", A, ""],
      ["linux/arm64", B, ""],
      ["linux/amd64", B, "image-platform-foreign"],
      ["linux/amd64", C, "image-platform-foreign"],
    ];
    for (const [platform, digest, code] of table) {
      const found = codeOf(() => {
        assertPlatforms(NAME, indexOf(), [{ platform, digest }]);
      });
      assert.equal(found, code, `${platform} ${digest}`);
    }
  });

  it("may be a single image, which is its own only one", () => {
    const single = { ...indexOf(), mediaType: OCI_MANIFEST };
    assertPlatforms(NAME, single, [{ platform: "linux/amd64", digest: C }]);
    assertVersion(NAME, single, "dev");
    const found = codeOf(() => {
      assertPlatforms(NAME, single, [{ platform: "linux/amd64", digest: A }]);
    });
    assert.equal(found, "image-platform-foreign");
  });
});
