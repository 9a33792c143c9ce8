import assert from "node:assert/strict";
import fc from "fast-check";
import { judge, refusal } from "../../../../../lib/supplyChain/scan";
import { alignColumns } from "../../../../../lib/supplyChain/scan/table";
import { TODAY, finding, findings, policies, policy, unfixed } from "./builders";

const IMAGE = {
  service: "web",
  version: "v1.2.3",
  platform: "linux/amd64",
  reportFile: "reports/v1.2.3/web-amd64.sarif",
};
const BY = {
  scanner: { name: "grype" as const, version: "0.121.2" },
  databaseDate: "2026-07-31T06:00:00Z",
};

function said(found: Parameters<typeof judge>[0], by = policy()): string {
  return refusal(IMAGE, BY, judge(found, by, "web", TODAY), TODAY).message;
}

describe("the refusal by a scan", () => {
  it("names what to update to which version, worst first, and what to do", () => {
    const message = said([
      finding({ id: "CVE-2026-7", severity: "HIGH", package: "zlib1g", installedVersion: "1:1.2" }),
      finding(),
      finding({ severity: "LOW", id: "CVE-2026-9" }),
    ]);
    assert.equal(
      message,
      `\`web\` v1.2.3 (linux/amd64) is refused by the scan: 1 critical, 1 high
(grype 0.121.2, database of 2026-07-31)
  SEVERITY  ID             PACKAGE  INSTALLED  FIXED IN
  CRITICAL  CVE-2026-0001  openssl  3.0.1      3.0.2
  HIGH      CVE-2026-7     zlib1g   1:1.2      3.0.2
the whole report: reports/v1.2.3/web-amd64.sarif
update what has a fixed version: the base image in the Dockerfile, or the
package in the service's own manifest; then release a new version.
Where only the base image has changed: \`npx bot-core images rebuild\`
Or accept a finding for a time, in the file that \`scan.ignoreFile\` names:
  ignores:
    - id: CVE-2026-0001
      reason: why it does no harm here
      expires: 2026-08-31
      services: [web]`,
    );
  });

  it("says of findings without a fixed version how they may pass", () => {
    const message = said([unfixed()], policy({ ignoreUnfixed: false }));
    assert.match(message, /CVE-2026-0001 {2}openssl {2}3\.0\.1 {6}no fix yet\n/);
    assert.match(message, /none of it has a fixed version; `scan\.ignoreUnfixed: true`/);
    assert.doesNotMatch(message, /rebuild/);
  });

  it("has a code of its own", () => {
    const verdict = judge([finding()], policy(), "web", TODAY);
    assert.equal(refusal(IMAGE, BY, verdict, TODAY).code, "scan-refused");
  });

  it("shows twenty rows, and a package in several places once", () => {
    const many = Array.from({ length: 33 }, (_, index) =>
      finding({ id: `CVE-2026-${1000 + index}`, location: "/a" }),
    );
    const twice = many.map((one) => ({ ...one, location: "/b" }));
    const message = said([...many, ...twice]);
    assert.match(message, /…and 13 more\n/);
    assert.equal(message.match(/CVE-2026-1\d{3} {2}/g)?.length, 20);
    assert.match(message, /66 critical/);
  });

  it("cuts long names, never the id, and lets no name steer the terminal", () => {
    const message = said([
      finding({
        id: "GHSA-aaaa-bbbb-cccc",
        package: `@scope/${"long-".repeat(40)}`,
        installedVersion: "0.0.0-20260101000000-0123456789ab",
        fixedVersion: "0.0.0-20260202000000-0123456789ab",
      }),
      finding({ id: "CVE-1", package: "a\u001b[31m\u202eb\nc" }),
    ]);
    assert.match(message, /GHSA-aaaa-bbbb-cccc {2}@scope/);
    assert.match(message, /a\?\[31m\?b\?c/);
    for (const line of table(message)) assert.ok(line.length <= 80, line);
  });

  it("aligns its columns within a line for whatever is found", () => {
    fc.assert(
      fc.property(findings, policies, (found, by) => {
        const verdict = judge(found, by, "web", TODAY);
        const lines = table(refusal(IMAGE, BY, verdict, TODAY).message);
        for (const line of lines) assert.ok(line.length <= 80);
      }),
    );
    const cells = fc.array(fc.string({ maxLength: 60 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 5 }), (rows) => {
        for (const line of alignColumns(rows, [0, 1, 2])) assert.ok(line.length <= 80, line);
      }),
    );
  });
});

function table(message: string): string[] {
  return message.split("\n").filter((line) => line.startsWith("  "));
}
