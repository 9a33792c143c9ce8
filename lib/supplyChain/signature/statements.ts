import { z } from "zod";
import { jsonOf } from "./outcome";

const Envelope = z.object({ payloadType: z.string(), payload: z.string() });
const Statement = z.object({
  predicateType: z.string(),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })),
  predicate: z.unknown(),
});

/** Type of an SPDX document in an attestation (in-toto's predicate directory). */
export const SPDX_PREDICATE = "https://spdx.dev/Document";

/**
 * The SPDX documents that `cosign verify-attestation` printed, one line an attestation, of those whose
 * statement is about this digest.
 */
export function attestedDocuments(stdout: string, digest: string): string[] {
  return stdout.split("\n").flatMap((line) => {
    const envelope = Envelope.safeParse(jsonOf(line));
    if (!envelope.success) return [];
    const payload = Buffer.from(envelope.data.payload, "base64").toString("utf8");
    const statement = Statement.safeParse(jsonOf(payload));
    if (!statement.success || statement.data.predicateType !== SPDX_PREDICATE) return [];
    const subjects = statement.data.subject.map((one) => `sha256:${one.digest["sha256"] ?? ""}`);
    return subjects.includes(digest) ? [JSON.stringify(statement.data.predicate)] : [];
  });
}
