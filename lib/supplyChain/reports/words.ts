import { SEVERITIES, type Severity } from "../../resources/supplyChain";
import type { Collected, FindingRow, ReportedImage } from "./collect";

/** `Critical` */
export function severityWord(severity: Severity): string {
  return severity.charAt(0) + severity.slice(1).toLowerCase();
}

/** Rows of one state, worst first. */
export function rowsIn(
  rows: readonly FindingRow[],
  state: FindingRow["state"],
): readonly FindingRow[] {
  const rank = (row: FindingRow): number => SEVERITIES.indexOf(row.severity);
  return rows.filter((row) => row.state === state).sort((a, b) => rank(a) - rank(b));
}

/** What became of one image, in a word. */
export function fateOf({ findings }: ReportedImage): "refused" | "passed" | "not scanned" {
  if (findings === undefined) return "not scanned";
  return findings.findings.some(({ state }) => state === "failing") ? "refused" : "passed";
}

/** The first line of a summary: what a reader wants to know before all else. */
export function headline({ images }: Collected): string {
  const scanned = images.filter((image) => fateOf(image) !== "not scanned").length;
  const refused = images.filter((image) => fateOf(image) === "refused").length;
  if (scanned === 0) return "No image was scanned.";
  if (refused > 0) return `${refused} of ${plural(scanned, "image")} refused by the scan.`;
  return `${plural(scanned, "image")} scanned, none refused.`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `web`, and its platform; the files' name where nothing tells them. */
export function titleOf({ name, findings }: ReportedImage): { service: string; platform: string } {
  return { service: findings?.service ?? name, platform: findings?.platform ?? "" };
}

/** `grype 0.121.2, database of 2026-01-02` */
export function scannerOf({ findings }: ReportedImage): string {
  if (findings === undefined) return "–";
  const { scanner, databaseDate } = findings;
  const date = databaseDate === undefined ? "" : `, database of ${databaseDate.slice(0, 10)}`;
  return `${scanner.name} ${scanner.version}${date}`;
}

/** `12 packages by syft 1.57.0` */
export function sbomText({ sbom }: ReportedImage): string {
  if (sbom === undefined) return "–";
  return `${plural(sbom.packages, "package")}${sbom.tool === undefined ? "" : ` by ${sbom.tool}`}`;
}

/** What the policies refuse, as a sentence; nothing where no image was scanned. */
export function policyText({ images }: Collected): string {
  const texts = images.flatMap(({ findings }) => {
    if (findings === undefined) return [];
    const { severities, ignoreUnfixed } = findings.policy;
    const words = SEVERITIES.filter((severity) => severities.includes(severity));
    const named = words.map((severity) => severity.toLowerCase()).join(" or ");
    return [`${named}${ignoreUnfixed ? ", with a fixed version" : ""}`];
  });
  if (texts.length === 0) return "";
  return `Findings that stop a release: ${[...new Set(texts)].join("; ")}.`;
}
