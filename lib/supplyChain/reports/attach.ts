import type { Readable } from "node:stream";
import { z } from "zod";
import { UserError } from "../../errors";
import { OCI_MANIFEST, type Referrer, type RegistryClient, canonicalJson } from "../../oci";

export const SARIF_TYPE = "application/sarif+json";
export const SPDX_TYPE = "application/spdx+json";

/** Of what a report is attached to, as much as is known. */
export interface ReportedSubject {
  readonly digest: string;
  /** Absent, as the type: the registry is asked. */
  readonly size?: number;
  readonly mediaType?: string;
}

/** A report that is attached to an image. */
export interface AttachedReport {
  /** Media type of the bytes, `SARIF_TYPE` or `SPDX_TYPE`. */
  readonly artifactType: string;
  readonly bytes: Uint8Array;
  /** They stand in the registry's list of what refers to the image. Others make another report. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Of image-spec 1.1: the config of an artifact that has none. */
const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
const EMPTY = Buffer.from("{}");
/** The report of a large image has some megabytes; a registry may offer anything. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Attaches a report to an image by an OCI 1.1 manifest with the image as its subject. Attaching the
 * same once more changes nothing.
 * @returns digest of that manifest
 * @throws UserError `report-subject` where the registry has no such image
 */
export async function attachReport(
  client: RegistryClient,
  repository: string,
  subject: ReportedSubject,
  { artifactType, bytes, annotations }: AttachedReport,
): Promise<string> {
  const described = await describeSubject(client, repository, subject);
  // One after the other: distribution 2.8 may lose a blob that two uploads bring at once.
  const config = await client.putBlob(repository, EMPTY);
  const layer = await client.putBlob(repository, bytes);
  const manifest = canonicalJson({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: { mediaType: EMPTY_TYPE, digest: config, size: EMPTY.length },
    layers: [{ mediaType: artifactType, digest: layer, size: bytes.length }],
    subject: described,
    annotations,
  });
  return client.attachReferrer(repository, Buffer.from(manifest, "utf8"), OCI_MANIFEST);
}

/** The manifests by which reports of a type are attached to an image. */
export function findReports(
  client: RegistryClient,
  repository: string,
  subjectDigest: string,
  artifactType: string,
): Promise<Referrer[]> {
  return client.listReferrers(repository, subjectDigest, artifactType);
}

const ReportManifest = z.object({
  layers: z.tuple([
    z.object({ mediaType: z.string(), digest: z.string(), size: z.number().int().min(0) }),
  ]),
});

/**
 * Digest of an attached report's bytes; undefined where its manifest is gone or is none of a report.
 * @param manifestDigest of the manifest by which it is attached
 */
export async function reportDigest(
  client: RegistryClient,
  repository: string,
  manifestDigest: string,
): Promise<string | undefined> {
  const manifest = await client.getManifest(repository, manifestDigest);
  const parsed = ReportManifest.safeParse(jsonOf(manifest?.bytes));
  return parsed.data?.layers[0].digest;
}

/**
 * The bytes of an attached report, checked against its digest.
 * @param manifestDigest of the manifest by which it is attached
 * @throws UserError `report-missing`, `report-unreadable`
 */
export async function readReport(
  client: RegistryClient,
  repository: string,
  manifestDigest: string,
): Promise<Buffer> {
  const where = `report \`${manifestDigest}\` in ${client.server}/${repository}`;
  const manifest = await client.getManifest(repository, manifestDigest);
  if (manifest === undefined) throw missing(where);
  const layer = layerOf(manifest.bytes, where);
  if (layer.size > MOST_BYTES) {
    const text = `${where} has ${layer.size} bytes, and ${MOST_BYTES} are the most that are read`;
    throw new UserError(text, "report-unreadable");
  }
  const chunks: Buffer[] = [];
  const found = await client.getBlobStream(repository, layer, async (stream: Readable) => {
    // Read from the start again where an attempt broke.
    chunks.length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  });
  if (!found) throw missing(where);
  return Buffer.concat(chunks);
}

function layerOf(bytes: Buffer, where: string): z.infer<typeof ReportManifest>["layers"][0] {
  try {
    return ReportManifest.parse(JSON.parse(bytes.toString("utf8"))).layers[0];
  } catch (cause) {
    const text = `${where} is no manifest of one report; attach it again`;
    throw new UserError(text, "report-unreadable", { cause });
  }
}

function jsonOf(bytes: Buffer | undefined): unknown {
  try {
    return JSON.parse(bytes?.toString("utf8") ?? "");
  } catch {
    return undefined;
  }
}

function missing(where: string): UserError {
  return new UserError(`${where} is not there; attach it again`, "report-missing");
}

async function describeSubject(
  client: RegistryClient,
  repository: string,
  { digest, size, mediaType }: ReportedSubject,
): Promise<{ mediaType: string; digest: string; size: number }> {
  if (size !== undefined && mediaType !== undefined) return { mediaType, digest, size };
  const head = await client.headManifest(repository, digest);
  if (head === undefined) {
    const text = `image \`${client.server}/${repository}@${digest}\` is not there, so no report can be attached to it; publish it first`;
    throw new UserError(text, "report-subject");
  }
  return { mediaType: head.mediaType, digest: head.digest, size: head.size };
}
