import { digestOf, type RegistryClient } from "../../oci";
import type { ScanReport } from "../scan/findings";
import { attachReport, findReports, reportDigest, SARIF_TYPE } from "./attach";
import { attachedAt, isSameScan, newestScan, scanAnnotations } from "./scanAnnotations";

/** A scan of one platform's image. */
export interface AttachedScan {
  readonly report: Pick<ScanReport, "scanner" | "databaseDate">;
  /** Its name as a file, `web-amd64.sarif`. */
  readonly title: string;
  readonly sarif: Uint8Array;
}

/**
 * Attaches a scan to its image, as the newest one. Where the newest one says the same already, nothing
 * is attached: a run that is repeated adds nothing.
 * @param digest of the platform's image
 * @returns digest of the manifest by which it is attached
 * @throws UserError `report-subject` where the registry has no such image
 */
export async function attachScan(
  client: RegistryClient,
  repository: string,
  digest: string,
  { report, title, sarif }: AttachedScan,
  now = new Date(),
): Promise<string> {
  const said = { ...scanAnnotations(report), "org.opencontainers.image.title": title };
  const newest = newestScan(await findReports(client, repository, digest, SARIF_TYPE));
  if (newest !== undefined && isSameScan(newest, said)) {
    const bytes = await reportDigest(client, repository, newest.digest);
    if (bytes === digestOf(sarif)) return newest.digest;
  }
  const annotations = { ...said, ...attachedAt(newest, now) };
  const attached = { artifactType: SARIF_TYPE, bytes: sarif, annotations };
  return attachReport(client, repository, { digest }, attached);
}
