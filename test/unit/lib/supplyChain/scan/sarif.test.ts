import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { SCANNERS, SEVERITIES } from "../../../../../lib/resources/supplyChain";
import {
  type ScanFinding,
  type ScanReport,
  countSarif,
  finishSarif,
  judge,
  sarifCategory,
} from "../../../../../lib/supplyChain/scan";
import { withinLimits } from "../../../../../lib/supplyChain/scan/sarifLimits";
import { SarifLog, type SarifResult } from "../../../../../lib/supplyChain/scan/sarifModel";
import { TrivyReport, trivyFindings } from "../../../../../lib/supplyChain/scan/trivyReport";
import { TODAY, findings, ignore, policies, policy } from "./builders";

const SUBJECT = { service: "web", platform: "linux/arm/v7" };
const read = (end: string): unknown =>
  JSON.parse(readFileSync(`test/fixtures/supplyChain/trivy-0.69.3-constructed.${end}`, "utf8"));
const TRIVY: ScanReport = {
  scanner: { name: "trivy", version: "0.69.3" },
  findings: trivyFindings(TrivyReport.parse(read("json"))),
  sarif: SarifLog.parse(read("sarif")),
};

function finish(report: ScanReport, by = policy(), today = TODAY): SarifLog {
  const verdict = judge(report.findings, by, "web", today);
  return SarifLog.parse(JSON.parse(finishSarif(report, verdict, SUBJECT).toString("utf8")));
}

function resultOf(log: SarifLog, words: string): SarifResult {
  return log.runs[0]!.results!.find(({ message }) => (message.text ?? "").includes(words))!;
}

/** A document as grype and trivy write one for such findings. */
function written(found: readonly ScanFinding[], name: ScanReport["scanner"]["name"]): ScanReport {
  const ruleOf = ({ id, package: of }: ScanFinding): string =>
    name === "grype" ? `${id}-${of}` : id;
  const ids = [...new Set(found.map(ruleOf))];
  const scores = { CRITICAL: "9.0", HIGH: "7.0", MEDIUM: "4.0", LOW: "1.0", UNKNOWN: "0.0" };
  const rules = ids.map((id) => {
    const { severity } = found.find((one) => ruleOf(one) === id)!;
    return { id, properties: { "security-severity": scores[severity] } };
  });
  const results = found.map((one) => ({
    ruleId: ruleOf(one),
    ...(name === "grype" ? {} : { ruleIndex: ids.indexOf(ruleOf(one)) }),
    message: { text: `Package: ${one.package}\nInstalled Version: ${one.installedVersion}\n` },
  }));
  const sarif = {
    version: "2.1.0" as const,
    runs: [{ tool: { driver: { name, rules } }, results }],
  };
  return { scanner: { name, version: "1.0.0" }, findings: found, sarif };
}

describe("the SARIF report", () => {
  it("has a category of its own for each service and platform", () => {
    assert.equal(sarifCategory("trivy", SUBJECT), "trivy/web/linux-arm-v7/");
    assert.equal(finish(TRIVY).runs[0]?.automationDetails?.id, "trivy/web/linux-arm-v7/");
  });

  it("suppresses what is accepted, with the reason", () => {
    const log = finish(TRIVY, policy({ ignores: [ignore({ package: "openssl" })] }));
    assert.deepEqual(resultOf(log, "Package: openssl").suppressions, [
      {
        kind: "external",
        status: "accepted",
        justification: "not reachable here (until 2026-12-31, scan-ignore.yaml:2)",
      },
    ]);
    const open = log.runs[0]!.results!.filter(({ suppressions }) => suppressions === undefined);
    assert.equal(open.length, 4);
    assert.equal(resultOf(log, "Package: libssl3t64").suppressions, undefined);
  });

  it("suppresses nothing by an entry that has expired", () => {
    const log = finish(TRIVY, policy({ ignores: [ignore()] }), "2027-01-01");
    assert.equal(JSON.stringify(log).includes("suppressions"), false);
  });

  it("says severity and versions of each result, in whatever order they stand", () => {
    assert.deepEqual(resultOf(finish(TRIVY), "Package: flask").properties, {
      severity: "LOW",
      package: "flask",
      installedVersion: "2.0.0",
      fixedVersion: "2.0.1, 1.9.9",
    });
  });

  it("keeps what the scanner wrote, and code scanning's score with it", () => {
    const { rules } = finish(TRIVY).runs[0]!.tool.driver;
    assert.equal(rules?.[0]?.properties?.["security-severity"], "9.8");
    assert.deepEqual(rules, TRIVY.sarif.runs[0]!.tool.driver.rules);
    assert.deepEqual(finish(TRIVY)["$schema"], TRIVY.sarif["$schema"]);
  });

  it("has one run", () => {
    const [run] = TRIVY.sarif.runs;
    const twice = { ...TRIVY, sarif: { ...TRIVY.sarif, runs: [run!, run!] } };
    assert.equal(finish(twice).runs.length, 1);
  });

  it("tells again how many were found, for whichever scanner and whatever was accepted", () => {
    const names = fc.constantFrom(...SCANNERS);
    fc.assert(
      fc.property(findings, policies, names, (found, by, name) => {
        const report = written(distinct(found), name);
        const verdict = judge(report.findings, by, "web", TODAY);
        const bytes = finishSarif(report, verdict, SUBJECT);
        // Two versions of a package that one grype rule stands for are suppressed together or not.
        const wanted = verdict.counts;
        const told = countSarif(bytes);
        for (const severity of SEVERITIES) {
          if (name === "trivy") assert.equal(told[severity], wanted[severity]);
        }
        const open = (counts: typeof told): number =>
          SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0);
        assert.ok(open(told) >= open(wanted));
      }),
    );
  });

  it("counts a foreign document by code scanning's score", () => {
    const scores = ["9.1", "7", "4.0", "0.1", "0.0", undefined];
    const rules = scores.map((score, index) => {
      return { id: `R${index}`, properties: { "security-severity": score } };
    });
    const results = rules.map(({ id }) => ({ ruleId: id, message: {} }));
    const refused = {
      ruleId: "R0",
      message: {},
      suppressions: [{ kind: "external", status: "rejected" }],
    };
    const accepted = { ruleId: "R0", message: {}, suppressions: [{ kind: "inSource" }] };
    const runs = [
      { tool: { driver: { name: "x", rules } }, results: [...results, refused, accepted] },
    ];
    const counts = countSarif(Buffer.from(JSON.stringify({ version: "2.1.0", runs })));
    assert.deepEqual(counts, { CRITICAL: 2, HIGH: 1, MEDIUM: 1, LOW: 1, UNKNOWN: 2 });
  });

  it("is refused where it is none", () => {
    for (const text of ["", "{}", '{"version":"2.0.0","runs":[]}']) {
      assert.throws(() => countSarif(Buffer.from(text)), { code: "report-unreadable" });
    }
  });

  it("keeps the worst where code scanning would refuse it as too large", () => {
    const report = written(TRIVY.findings, "trivy");
    const verdict = judge(report.findings, policy(), "web", TODAY);
    const whole = SarifLog.parse(JSON.parse(finishSarif(report, verdict, SUBJECT).toString()));
    const cut = SarifLog.parse(JSON.parse(withinLimits(whole, { results: 2 }).toString()));
    const [run] = cut.runs;
    assert.deepEqual(
      run?.results?.map(({ properties }) => properties?.["severity"]),
      ["CRITICAL", "CRITICAL"],
    );
    assert.deepEqual(run.results[0]?.ruleIndex, 0);
    assert.deepEqual(
      run.tool.driver.rules?.map(({ id }) => id),
      ["CVE-2026-0001"],
    );
    assert.deepEqual(run.properties, { resultsLeftOut: 3 });
    const smallest = SarifLog.parse(JSON.parse(withinLimits(whole, { bytes: 1 }).toString()));
    assert.deepEqual(smallest.runs[0]?.results, []);
  });

  it("has the same bytes for the same findings", () => {
    const verdict = judge(TRIVY.findings, policy(), "web", TODAY);
    assert.deepEqual(finishSarif(TRIVY, verdict, SUBJECT), finishSarif(TRIVY, verdict, SUBJECT));
  });
});

/** trivy lists a package's finding once. */
function distinct(found: readonly ScanFinding[]): ScanFinding[] {
  const key = (one: ScanFinding): string => [one.id, one.package, one.installedVersion].join(" ");
  return [...new Map(found.map((one) => [key(one), one])).values()];
}
