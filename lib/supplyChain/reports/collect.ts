import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import type { SeverityCounts, VersionImage } from "../../resources/supplyChain";
import { imageFile } from "./folder";
import { countReported, FindingsReport, type ReportedFinding } from "./model";

/** One image's reports. */
export interface ReportedImage {
  /** `web-amd64`: what its files' names begin with. */
  readonly name: string;
  readonly findings?: FindingsReport;
  readonly counts?: SeverityCounts;
  readonly sbom?: { readonly packages: number; readonly tool?: string };
  /** Its files in the folder. */
  readonly files: readonly string[];
}

/** A finding with all the images of a service that have it. */
export interface FindingRow extends ReportedFinding {
  readonly service: string;
  readonly platforms: readonly string[];
}

/** Everything that a summary says. */
export interface Collected {
  readonly version: string;
  readonly images: readonly ReportedImage[];
  readonly rows: readonly FindingRow[];
  /** Files that are no reports of the form that is written here. */
  readonly unreadable: readonly string[];
}

const FINDINGS = ".findings.json";
const SPDX = ".spdx.json";
const SARIF = ".sarif";

const SpdxDocument = z.object({
  packages: z.array(z.object({ SPDXID: z.string(), primaryPackagePurpose: z.string().optional() })),
  creationInfo: z.object({ creators: z.array(z.string()) }).optional(),
});

/**
 * Reads the reports of a folder, in the order of their names.
 * @param of the images that are told of: a version that moves may have had others. Default: all
 */
export function collect(folder: string, of?: readonly VersionImage[]): Collected {
  const told = of === undefined ? undefined : new Set(of.map(imageFile));
  const files = reportFiles(folder).filter((file) => told?.has(imageOf(file)) ?? true);
  const unreadable: string[] = [];
  const read = <T>(file: string, parse: (value: unknown) => T): T | undefined => {
    try {
      return parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
    } catch {
      unreadable.push(file);
      return undefined;
    }
  };
  const images = imageNames(files).map((name): ReportedImage => {
    const own = [SARIF, SPDX, FINDINGS].map((end) => name + end).filter((f) => files.includes(f));
    const has = (end: string): boolean => own.includes(name + end);
    const findings = has(FINDINGS)
      ? read(name + FINDINGS, (value) => FindingsReport.parse(value))
      : undefined;
    const sbom = has(SPDX) ? read(name + SPDX, sbomOf) : undefined;
    return {
      name,
      files: own,
      ...(findings === undefined ? {} : { findings, counts: countReported(findings.findings) }),
      ...(sbom === undefined ? {} : { sbom }),
    };
  });
  return { version: basename(folder), images, rows: rowsOf(images), unreadable };
}

/** What `collect` reads, as a text that differs whenever its answer may. */
export function stateOf(folder: string): string {
  return reportFiles(folder)
    .map((file) => {
      const found = statSync(join(folder, file), { throwIfNoEntry: false });
      return [file, found?.ino, found?.mtimeMs, found?.size].join(" ");
    })
    .join("\n");
}

function reportFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => !file.startsWith("."))
    .filter((file) => [SARIF, SPDX, FINDINGS].some((end) => file.endsWith(end)))
    .sort();
}

function imageNames(files: readonly string[]): string[] {
  return [...new Set(files.map(imageOf))].sort();
}

/** `web-amd64.sarif` -> `web-amd64` */
function imageOf(file: string): string {
  const end = [FINDINGS, SPDX, SARIF].find((one) => file.endsWith(one)) ?? "";
  return file.slice(0, file.length - end.length);
}

function sbomOf(value: unknown): NonNullable<ReportedImage["sbom"]> {
  const { packages, creationInfo } = SpdxDocument.parse(value);
  const tool = creationInfo?.creators.find((creator) => creator.startsWith("Tool: "));
  // syft lists the image itself as a package, too.
  const listed = packages.filter(
    ({ primaryPackagePurpose }) => primaryPackagePurpose !== "CONTAINER",
  );
  return {
    packages: listed.length,
    ...(tool === undefined ? {} : { tool: tool.slice("Tool: ".length).replace(/-(?=\d)/, " ") }),
  };
}

/** Worst first, as they stand in each report; platforms of the same finding joined. */
function rowsOf(images: readonly ReportedImage[]): FindingRow[] {
  const rows = new Map<string, FindingRow>();
  for (const { findings } of images) {
    for (const finding of findings?.findings ?? []) {
      const service = findings?.service ?? "";
      const key = JSON.stringify([service, { ...finding, title: undefined, url: undefined }]);
      const known = rows.get(key);
      const platforms = [
        ...new Set([...(known?.platforms ?? []), findings?.platform ?? ""]),
      ].sort();
      rows.set(key, { ...finding, service, platforms });
    }
  }
  return [...rows.values()];
}
