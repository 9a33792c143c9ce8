import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { lookUpVersion } from "../images";
import type { RegistryClient } from "../oci";
import {
  findReports,
  newestScan,
  readReport,
  reportFolder,
  SARIF_TYPE,
} from "../supplyChain/reports";
import { FindingsReport } from "../supplyChain/reports/model";
import { isSuppressed } from "../supplyChain/scan/sarifCounts";
import { SarifLog } from "../supplyChain/scan/sarifModel";

/** What the scans of a service's published images say. */
export interface Fixable {
  /** Findings with a fixed version, those of several platforms counted once. */
  readonly fixable: number;
  readonly findings: number;
}

interface Known {
  readonly key: string;
  readonly isFixable: boolean;
}

/**
 * Findings of a version's images, by the newest report that is attached to each of them.
 * @returns undefined: none is attached, or the version is not published
 * @throws UserError of the registry
 */
export async function attachedFindings(
  client: RegistryClient,
  repository: string,
  version: string,
): Promise<Fixable | undefined> {
  const published = await lookUpVersion(client, repository, version);
  const known: Known[] = [];
  let isScanned = false;
  for (const { digest } of published?.platforms ?? []) {
    const newest = newestScan(await findReports(client, repository, digest, SARIF_TYPE));
    if (newest === undefined) continue;
    isScanned = true;
    known.push(...sarifFindings(await readReport(client, repository, newest.digest)));
  }
  return isScanned ? count(known) : undefined;
}

/**
 * The same by the files of `reports/VERSION`.
 * @param directory the project folder
 */
export function reportedFindings(
  directory: string,
  service: string,
  version: string,
): Fixable | undefined {
  const folder = resolve(directory, reportFolder(version));
  const reports = jsonFiles(folder).flatMap((file) => {
    const parsed = FindingsReport.safeParse(jsonOf(readFileSync(join(folder, file))));
    return parsed.success && parsed.data.service === service ? [parsed.data] : [];
  });
  if (reports.length === 0) return undefined;
  const open = reports.flatMap(({ findings }) =>
    findings.filter(({ state }) => state !== "ignored"),
  );
  return count(
    open.map((finding) => ({
      key: keyOf(finding.id, finding.package, finding.installedVersion),
      isFixable: finding.fixedVersion !== undefined,
    })),
  );
}

function sarifFindings(bytes: Uint8Array): Known[] {
  const parsed = SarifLog.safeParse(jsonOf(bytes));
  const results = parsed.success ? parsed.data.runs.flatMap((run) => run.results ?? []) : [];
  return results
    .filter((result) => !isSuppressed(result))
    .map(({ ruleId, properties }) => ({
      key: keyOf(ruleId, properties?.["package"], properties?.["installedVersion"]),
      isFixable: properties?.["fixedVersion"] !== undefined,
    }));
}

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

function count(known: readonly Known[]): Fixable {
  const fixable = new Set(known.filter(({ isFixable }) => isFixable).map(({ key }) => key));
  return { fixable: fixable.size, findings: new Set(known.map(({ key }) => key)).size };
}

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".findings.json"));
  } catch {
    // Most checkouts have no reports.
    return [];
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
