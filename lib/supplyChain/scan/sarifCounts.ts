import { UserError } from "../../errors";
import { SEVERITIES, type Severity, type SeverityCounts } from "../../resources/supplyChain";
import { countSeverities } from "./findings";
import { SarifLog, type SarifResult, type SarifRun } from "./sarifModel";

/**
 * Number of findings by severity in a SARIF document of ours, suppressed ones left out.
 * @throws UserError `report-unreadable` for bytes that are none
 */
export function countSarif(bytes: Uint8Array): SeverityCounts {
  return countSeverities(
    parse(bytes).runs.flatMap((run) => {
      const counted = (run.results ?? []).filter((result) => !isSuppressed(result));
      return counted.map(severityReader(run));
    }),
  );
}

/** true: someone accepted this result. */
export function isSuppressed({ suppressions }: SarifResult): boolean {
  // No status means accepted (SARIF 2.1.0, 3.35.3).
  return (suppressions ?? []).some(({ status = "accepted" }) => status === "accepted");
}

/** Reads results' severities: ours where it stands, else by the score that code scanning goes by. */
export function severityReader(run: SarifRun): (result: SarifResult) => Severity {
  const rules = run.tool.driver.rules ?? [];
  const scores = new Map(
    rules.map(({ id, properties }) => [id, properties?.["security-severity"]]),
  );
  return ({ ruleId, properties }) => {
    const own = SEVERITIES.find((severity) => severity === properties?.["severity"]);
    return own ?? severityOfScore(Number(scores.get(ruleId)));
  };
}

function severityOfScore(score: number): Severity {
  if (!(score > 0)) return "UNKNOWN";
  if (score >= 9) return "CRITICAL";
  if (score >= 7) return "HIGH";
  return score >= 4 ? "MEDIUM" : "LOW";
}

function parse(bytes: Uint8Array): SarifLog {
  try {
    return SarifLog.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch (cause) {
    const text = "the report is no SARIF 2.1.0 document; scan the image again";
    throw new UserError(text, "report-unreadable", { cause });
  }
}
