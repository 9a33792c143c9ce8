import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { UserError } from "../../../../../lib/errors";
import { reportFolder, reportName, writeReport } from "../../../../../lib/supplyChain/reports";

describe("the reports' folder", () => {
  it("is named by the version", () => {
    for (const version of ["v1.0.0", "dev", "pr-17", "_x", "v1..2", "a".repeat(128)]) {
      assert.equal(reportFolder(version), `reports/${version}`);
    }
  });

  for (const version of [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    ".git",
    "-x",
    "a b",
    "a".repeat(129),
  ]) {
    it(`is refused for \`${version.slice(0, 8)}\`, which is no tag`, () => {
      assert.throws(
        () => reportFolder(version),
        (error) => error instanceof UserError && error.code === "report-version",
      );
    });
  }

  const names: readonly [string, string, string][] = [
    ["web", "linux/amd64", "web-amd64.sarif"],
    ["web", "linux/arm64/v8", "web-arm64.sarif"],
    ["web", "linux/arm", "web-arm-v7.sarif"],
    ["web", "windows/amd64", "web-windows-amd64.sarif"],
    ["../web", "linux/amd64", "--web-amd64.sarif"],
  ];
  for (const [service, platform, expected] of names) {
    it(`has ${expected} for ${service} and ${platform}`, () => {
      assert.equal(reportName(service, platform, "sarif"), expected);
    });
  }

  describe("on disk", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "bot-core-reports-"));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it("is made, and its files are replaced as a whole", () => {
      const inner = join(folder, "v1.0.0");
      assert.equal(writeReport(inner, "web-amd64.sarif", "one"), join(inner, "web-amd64.sarif"));
      writeReport(inner, "web-amd64.sarif", Buffer.from("two"));
      assert.equal(readFileSync(join(inner, "web-amd64.sarif"), "utf8"), "two");
      assert.deepEqual(readdirSync(inner), ["web-amd64.sarif"]);
    });

    it("keeps every file that is written in it, whatever its name", () => {
      fc.assert(
        fc.property(fc.string({ minLength: 1, maxLength: 40, unit: "binary-ascii" }), (name) => {
          const file = writeReport(join(folder, "v1"), name, "text");
          assert.equal(join(file, ".."), join(folder, "v1"));
          assert.equal(readFileSync(file, "utf8"), "text");
        }),
        { numRuns: 50 },
      );
    });
  });
});
