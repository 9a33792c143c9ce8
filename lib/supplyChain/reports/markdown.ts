import { SEVERITIES } from "../../resources/supplyChain";
import type { Collected, FindingRow, ReportedImage } from "./collect";
import { markdownCode as code, markdownText as text, webAddress } from "./escape";
import {
  fateOf,
  headline,
  policyText,
  rowsIn,
  sbomText,
  scannerOf,
  severityWord,
  titleOf,
} from "./words";

const MOST_ROWS = 100;

/** The summary as Markdown, as GitHub shows it in a job's summary. */
export function markdownSummary(collected: Collected): string {
  const { version, images, rows, unreadable } = collected;
  const policy = policyText(collected);
  const parts = [
    `# Scan and contents of ${code(version)}`,
    text(headline(collected)),
    ...(policy === "" ? [] : [text(policy)]),
    ...(images.length === 0 ? [] : [imageTable(images)]),
    ...section("Failing", findingTable(rowsIn(rows, "failing"))),
    ...section("Accepted for a time", ignoredTable(rowsIn(rows, "ignored"))),
    ...folded("Others, which the policy lets pass", rowsIn(rows, "passing")),
    ...section("Unreadable", unreadable.map((file) => `- ${code(file)}`).join("\n")),
  ];
  return `${parts.join("\n\n")}\n`;
}

function section(title: string, body: string): string[] {
  return body === "" ? [] : [`## ${title}`, body];
}

function folded(title: string, rows: readonly FindingRow[]): string[] {
  if (rows.length === 0) return [];
  const summary = `<summary>${title} (${rows.length})</summary>`;
  return [`<details>${summary}\n\n${findingTable(rows)}\n\n</details>`];
}

function imageTable(images: readonly ReportedImage[]): string {
  const columns = ["Service", "Platform", "Scan", ...SEVERITIES.map(severityWord), "Accepted"];
  return table(
    [...columns, "Contents", "Scanner"],
    images.map((image) => {
      const { service, platform } = titleOf(image);
      const ignored = image.findings?.findings.filter(({ state }) => state === "ignored");
      return [
        code(service),
        text(platform),
        fateOf(image) === "refused" ? "**refused**" : fateOf(image),
        ...SEVERITIES.map((severity) => String(image.counts?.[severity] ?? "–")),
        String(ignored?.length ?? "–"),
        text(sbomText(image)),
        text(scannerOf(image)),
      ];
    }),
  );
}

function findingTable(rows: readonly FindingRow[]): string {
  return table(
    ["Severity", "Finding", "Package", "Installed", "Fixed in", "Image"],
    rows.map((row) => [
      severityWord(row.severity),
      finding(row),
      code(row.package),
      code(row.installedVersion),
      row.fixedVersion === undefined ? "no fix yet" : code(row.fixedVersion),
      place(row),
    ]),
  );
}

function ignoredTable(rows: readonly FindingRow[]): string {
  return table(
    ["Severity", "Finding", "Package", "Until", "Reason", "Image"],
    rows.map((row) => [
      severityWord(row.severity),
      finding(row),
      code(row.package),
      text(row.ignore?.expires ?? ""),
      text(row.ignore?.reason ?? ""),
      place(row),
    ]),
  );
}

function finding({ id, url }: FindingRow): string {
  const address = webAddress(url);
  if (address === undefined) return code(id);
  return `[${code(id)}](<${address.replace(/[<>|\\]/g, encodeURIComponent)}>)`;
}

function place({ service, platforms }: FindingRow): string {
  return `${code(service)} ${text(platforms.join(", "))}`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const rest = rows.length - MOST_ROWS;
  const lines = [columns, columns.map(() => "---"), ...rows.slice(0, MOST_ROWS)];
  const more = rest > 0 ? `\n\n…and ${rest} more in the files of this folder` : "";
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n") + more;
}
