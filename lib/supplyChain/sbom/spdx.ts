import { z } from "zod";
import { UserError } from "../../errors";

const Package = z.object({
  SPDXID: z.string(),
  versionInfo: z.string().optional(),
  checksums: z.array(z.object({ algorithm: z.string(), checksumValue: z.string() })).optional(),
  externalRefs: z
    .array(z.object({ referenceType: z.string(), referenceLocator: z.string() }))
    .optional(),
});
const Relationship = z.object({
  spdxElementId: z.string(),
  relatedSpdxElement: z.string(),
  relationshipType: z.string(),
});
const Document = z.object({
  spdxVersion: z.string(),
  SPDXID: z.string(),
  documentDescribes: z.array(z.string()).optional(),
  packages: z.array(Package).optional(),
  relationships: z.array(Relationship).optional(),
});
type Document = z.infer<typeof Document>;
type Package = z.infer<typeof Package>;

/** What an SPDX document says of itself. */
export interface SbomFacts {
  /** Packages that it lists in its subject. */
  readonly packages: number;
  /** Digests by which it names its subject, `sha256:…`, each once. Empty: it names none. */
  readonly subjects: readonly string[];
}

/** An image's digest, wherever syft writes it. */
const DIGEST = /sha256:[0-9a-f]{64}/;

/**
 * Reads an SPDX document in JSON. Its subject is what it DESCRIBES: the image, with its digest as the
 * package's version, checksum and purl.
 * @throws UserError `sbom-invalid` where it is no SPDX 2 document
 */
export function readSpdx(document: Buffer | string): SbomFacts {
  const parsed = Document.safeParse(jsonOf(document.toString()));
  if (!parsed.success || !parsed.data.spdxVersion.startsWith("SPDX-2")) {
    throw new UserError(
      "the bill of materials is not an SPDX 2 document in JSON; make it with `syft scan -o spdx-json`",
      "sbom-invalid",
    );
  }
  const roots = rootsOf(parsed.data);
  const all = parsed.data.packages ?? [];
  const subject = all.filter(({ SPDXID }) => roots.has(SPDXID));
  return {
    packages: all.length - subject.length,
    subjects: [...new Set(subject.flatMap(digestsOf))],
  };
}

function rootsOf({ SPDXID, documentDescribes = [], relationships = [] }: Document): Set<string> {
  const described = relationships.flatMap((one) => {
    if (one.relationshipType === "DESCRIBES" && one.spdxElementId === SPDXID) {
      return [one.relatedSpdxElement];
    }
    if (one.relationshipType === "DESCRIBED_BY" && one.relatedSpdxElement === SPDXID) {
      return [one.spdxElementId];
    }
    return [];
  });
  return new Set([...documentDescribes, ...described]);
}

/** All of them: a document that says one digest here and another one there describes neither. */
function digestsOf({ versionInfo = "", checksums = [], externalRefs = [] }: Package): string[] {
  const sums = checksums
    .filter(({ algorithm }) => algorithm === "SHA256")
    .map(({ checksumValue }) => `sha256:${checksumValue.toLowerCase()}`);
  const purls = externalRefs
    .filter(({ referenceType }) => referenceType === "purl")
    .map(({ referenceLocator }) => decoded(referenceLocator));
  return [versionInfo, ...purls].flatMap((text) => DIGEST.exec(text)?.[0] ?? []).concat(sums);
}

function decoded(locator: string): string {
  try {
    return decodeURIComponent(locator);
  } catch {
    return locator;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
