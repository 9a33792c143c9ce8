import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { countSarif, finishSarif, judge } from "../../../../../lib/supplyChain/scan";
import {
  GrypeReport,
  grypeDatabaseDate,
  grypeFindings,
} from "../../../../../lib/supplyChain/scan/grypeReport";
import { SarifLog } from "../../../../../lib/supplyChain/scan/sarifModel";
import { TODAY, ignore, policy } from "./builders";

const read = (end: string): unknown =>
  JSON.parse(readFileSync(`test/fixtures/supplyChain/grype-0.121.2.${end}`, "utf8"));

/** A match as small as grype writes one. */
function match(
  vulnerability: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): GrypeReport {
  return GrypeReport.parse({
    matches: [
      {
        vulnerability: { id: "CVE-1", ...vulnerability },
        artifact: { name: "a", version: "1", locations: null },
        ...rest,
      },
    ],
    descriptor: {},
  });
}

describe("grype's report", () => {
  const report = GrypeReport.parse(read("json"));

  it("is read with all that is said of a finding", () => {
    assert.deepEqual(grypeFindings(report), [
      {
        id: "CVE-2026-10001",
        severity: "CRITICAL",
        package: "libtest-critical",
        installedVersion: "1.2.3-4",
        fixedVersion: "1.2.3-4+deb13u1",
        title: "An advisory of the tests: a critical one with a fixed version.",
        url: "https://vulnerabilities.example.com/CVE-2026-10001",
        location: "/var/lib/dpkg/status",
      },
      {
        id: "CVE-2026-10002",
        severity: "HIGH",
        package: "libtest-unfixed",
        installedVersion: "1.0-1",
        title: "An advisory of the tests: a high one that nobody mends.",
        url: "https://vulnerabilities.example.com/CVE-2026-10002",
        location: "/var/lib/dpkg/status",
      },
      {
        id: "GHSA-test-low0-0001",
        severity: "LOW",
        package: "test-low",
        installedVersion: "1.0.0",
        fixedVersion: "2.0.0",
        title: "An advisory of the tests: a low one of an npm package.",
        url: "https://vulnerabilities.example.com/GHSA-test-low0-0001",
        location: "/app/node_modules/test-low/package.json",
      },
    ]);
  });

  it("tells the database's date, in the places of both its forms", () => {
    assert.equal(grypeDatabaseDate(report), "2026-08-01T06:00:00Z");
    const built = "2026-01-02T03:04:05Z";
    const older = GrypeReport.parse({ matches: [], descriptor: { db: { built } } });
    assert.equal(grypeDatabaseDate(older), built);
    assert.equal(grypeDatabaseDate(match({})), undefined);
  });

  const severities = {
    Critical: "CRITICAL",
    High: "HIGH",
    Medium: "MEDIUM",
    Low: "LOW",
    Negligible: "LOW",
    Unknown: "UNKNOWN",
    "": "UNKNOWN",
  };
  for (const [given, expected] of Object.entries(severities)) {
    it(`takes \`${given}\` for ${expected}`, () => {
      assert.equal(grypeFindings(match({ severity: given }))[0]?.severity, expected);
    });
  }

  const fixes: readonly [string, unknown, unknown, string | undefined][] = [
    ["nothing", undefined, undefined, undefined],
    ["no fix", { versions: [], state: "not-fixed" }, [], undefined],
    ["no will to mend", { versions: null, state: "wont-fix" }, null, undefined],
    ["the versions", { versions: ["2", "3"], state: "fixed" }, [{}], "2, 3"],
    [
      "the one that is suggested",
      { versions: ["2", "3"], state: "fixed" },
      [{}, { fix: { suggestedVersion: "3" } }],
      "3",
    ],
    ["a fix without a version", { versions: [], state: "fixed" }, [], "see the advisory"],
  ];
  for (const [name, fix, matchDetails, expected] of fixes) {
    it(`says of ${name}: ${expected ?? "no fixed version"}`, () => {
      const [found] = grypeFindings(match({ fix }, { matchDetails }));
      assert.equal(found?.fixedVersion, expected);
    });
  }

  it("has SARIF results that are told from one another", () => {
    const findings = grypeFindings(report);
    const ignores = [ignore({ id: "CVE-2026-10001" })];
    const verdict = judge(findings, policy({ ignores }), "web", TODAY);
    const sarif = SarifLog.parse(read("sarif"));
    const scanner = { name: "grype" as const, version: "0.121.2" };
    const subject = { service: "web", platform: "linux/amd64" };
    const bytes = finishSarif({ scanner, findings, sarif }, verdict, subject);
    const [run] = SarifLog.parse(JSON.parse(bytes.toString("utf8"))).runs;
    assert.deepEqual(
      run?.results?.map(({ properties, suppressions }) => [
        properties?.["severity"],
        properties?.["package"],
        suppressions?.length ?? 0,
      ]),
      [
        ["CRITICAL", "libtest-critical", 1],
        ["HIGH", "libtest-unfixed", 0],
        ["LOW", "test-low", 0],
      ],
    );
    assert.equal(run.tool.driver.rules?.[0]?.properties?.["security-severity"], "9.0");
    assert.deepEqual(countSarif(bytes), { CRITICAL: 0, HIGH: 1, MEDIUM: 0, LOW: 1, UNKNOWN: 0 });
  });
});
