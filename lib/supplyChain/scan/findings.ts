import {
  type IgnoreEntry,
  SEVERITIES,
  type ScannerName,
  type Severity,
  type SeverityCounts,
} from "../../resources/supplyChain";
import type { SarifLog } from "./sarifModel";

/** One vulnerability of one package, as a scanner found it. */
export interface ScanFinding {
  /** As the scanner prints it, e.g. `CVE-2026-1234` or `GHSA-…`. */
  readonly id: string;
  readonly severity: Severity;
  readonly package: string;
  readonly installedVersion: string;
  /** Version or versions that mend it. Absent: there is none yet. */
  readonly fixedVersion?: string;
  /** One line. */
  readonly title?: string;
  readonly url?: string;
  /** Path in the image where the package was found. */
  readonly location?: string;
}

/** What a scanner says of one image. */
export interface ScanReport {
  readonly scanner: { readonly name: ScannerName; readonly version: string };
  /** When the vulnerability database was made, ISO 8601 in UTC. Absent: the scanner does not say. */
  readonly databaseDate?: string;
  readonly findings: readonly ScanFinding[];
  /** The scanner's own SARIF document, as it wrote it; `finishSarif` makes a report of it. */
  readonly sarif: SarifLog;
}

/** A finding that an entry of the ignore file covers. */
export interface IgnoredFinding {
  readonly finding: ScanFinding;
  readonly entry: IgnoreEntry;
}

/** The findings of one image, judged by a policy; each of them is in one of the three lists. */
export interface Verdict {
  /** They stop the release. Worst first, as the others. */
  readonly failing: readonly ScanFinding[];
  /** The policy lets them pass: another severity, or without a fixed version. */
  readonly passing: readonly ScanFinding[];
  readonly ignored: readonly IgnoredFinding[];
  /** Failing and passing ones, by severity. */
  readonly counts: SeverityCounts;
}

/** Orders findings worst first, and those of one severity by package and id. */
export function byWeight(a: ScanFinding, b: ScanFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareTexts(a.package, b.package) ||
    compareTexts(a.id, b.id) ||
    compareTexts(a.installedVersion, b.installedVersion) ||
    compareTexts(a.fixedVersion ?? "", b.fixedVersion ?? "") ||
    compareTexts(a.location ?? "", b.location ?? "")
  );
}

/** By code units: the same order on every machine. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Number of severities by severity, with a zero for each that does not occur. */
export function countSeverities(severities: Iterable<Severity>): SeverityCounts {
  const counts: Record<Severity, number> = { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, UNKNOWN: 0 };
  for (const severity of severities) counts[severity] += 1;
  return counts;
}

/** The counts in a few words, worst first: `1 critical, 2 high`; `none` where all are zero. */
export function countsText(counts: SeverityCounts): string {
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map(
    (severity) => `${counts[severity]} ${severity.toLowerCase()}`,
  );
  return parts.length === 0 ? "none" : parts.join(", ");
}
