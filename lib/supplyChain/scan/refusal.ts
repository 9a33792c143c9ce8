import { UserError } from "../../errors";
import type { ScanFinding, ScanReport, Verdict } from "./findings";
import { countSeverities, countsText } from "./findings";
import { LINE_WIDTH, alignColumns } from "./table";

/** Which image was refused, and where its report is. */
export interface RefusedImage {
  readonly service: string;
  readonly version: string;
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** File with the whole report, e.g. `reports/v1.0.0/web-amd64.sarif`. */
  readonly reportFile: string;
}

const MOST_ROWS = 20;
const INDENT = "  ";
const HEADER = ["SEVERITY", "ID", "PACKAGE", "INSTALLED", "FIXED IN"];
const EXAMPLE_DAYS = 30;
const MS_A_DAY = 86_400_000;
/** The id is what is looked up: it is never cut. */
const CUTTABLE = [2, 3, 4];

/**
 * The error of an image that the policy refuses: each finding with the version that mends it, worst
 * first, and what to do.
 * @param today `YYYY-MM-DD` in UTC; for the example of an ignore entry
 */
export function refusal(
  image: RefusedImage,
  { scanner, databaseDate }: Pick<ScanReport, "scanner" | "databaseDate">,
  { failing }: Verdict,
  today: string,
): UserError {
  const rows = distinct(failing.map(rowOf));
  const shown = rows.slice(0, MOST_ROWS);
  const rest = rows.length - shown.length;
  const counts = countsText(countSeverities(failing.map(({ severity }) => severity)));
  const table = alignColumns([HEADER, ...shown], CUTTABLE, LINE_WIDTH - INDENT.length);
  const database = databaseDate === undefined ? "" : `, database of ${databaseDate.slice(0, 10)}`;
  const lines = [
    `\`${image.service}\` ${image.version} (${image.platform}) is refused by the scan: ${counts}`,
    `(${scanner.name} ${scanner.version}${database})`,
    ...table.map((line) => INDENT + line),
    ...(rest > 0 ? [`${INDENT}…and ${rest} more`] : []),
    `the whole report: ${image.reportFile}`,
    ...advice(failing, image.service, today),
  ];
  return new UserError(lines.join("\n"), "scan-refused");
}

function rowOf(finding: ScanFinding): readonly string[] {
  const { severity, id, installedVersion, fixedVersion = "no fix yet" } = finding;
  return [severity, id, finding.package, installedVersion, fixedVersion].map(printable);
}

/** One package may be in several places of an image. */
function distinct(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(rows.map((row) => [row.join("\0"), row])).values()];
}

/** A package's name is foreign text: no character of it may steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

function advice(failing: readonly ScanFinding[], service: string, today: string): string[] {
  const worst = failing[0];
  const fixable = failing.some(({ fixedVersion }) => fixedVersion !== undefined);
  const update = [
    "update what has a fixed version: the base image in the Dockerfile, or the",
    "package in the service's own manifest; then release a new version.",
    "Where only the base image has changed: `npx bot-core images rebuild`",
  ];
  const wait = ["none of it has a fixed version; `scan.ignoreUnfixed: true` lets such pass"];
  return [
    ...(fixable ? update : wait),
    "Or accept a finding for a time, in the file that `scan.ignoreFile` names:",
    `${INDENT}ignores:`,
    `${INDENT}  - id: ${printable(worst?.id ?? "")}`,
    `${INDENT}    reason: why it does no harm here`,
    `${INDENT}    expires: ${inDays(today, EXAMPLE_DAYS)}`,
    `${INDENT}    services: [${service}]`,
  ];
}

function inDays(today: string, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * MS_A_DAY).toISOString().slice(0, 10);
}
