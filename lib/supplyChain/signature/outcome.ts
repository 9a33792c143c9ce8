import { z } from "zod";
import type { RunResult } from "../../process/run";

/** What a call of `cosign verify` or `verify-attestation` says. */
export type Outcome =
  | "verified"
  /** There are signatures, and none is of the signer that was asked for. */
  | "other-signer"
  /** There is none, or none of the kind that was asked for. */
  | "absent"
  /** It could not tell: network, registry, key file, Sigstore's roots. */
  | "fault";

/** cosign's exit codes (its doc/exit_codes.md); the bundle format has not all of them. */
const CODES: Readonly<Record<number, Outcome>> = {
  0: "verified",
  10: "absent",
  11: "absent",
  12: "other-signer",
  13: "other-signer",
};

/** Of its last error line, in the order in which they count. */
const MESSAGES: readonly (readonly [RegExp, Outcome])[] = [
  [/none of the attestations matched the predicate type/, "absent"],
  [/no valid bundles exist in registry|no signatures found/, "absent"],
  [/no matching (signatures|attestations): *$/, "absent"],
  [/no matching (signatures|attestations): \S/, "other-signer"],
];
/** A failed connection while it verifies is joined into the same message. A warning is none of it. */
const NETWORK =
  /dial tcp|connection refused|i\/o timeout|no such host|TLS handshake|x509: certificate signed by unknown|unexpected status code|context deadline exceeded/;

export function outcomeOf({ code, stderr }: RunResult): Outcome {
  const known = CODES[code];
  if (known === "verified") return known;
  const lines = stderr.split("\n").filter((line) => !line.startsWith("WARNING:"));
  if (lines.some((line) => NETWORK.test(line))) return "fault";
  if (known !== undefined) return known;
  const said = MESSAGES.find(([pattern]) => lines.some((line) => pattern.test(line)));
  return said?.[1] ?? "fault";
}

/** What the signatures that `cosign verify` prints are of, by their type. */
const SIGNATURE_TYPES = new Set([
  "https://sigstore.dev/cosign/sign/v1",
  "cosign container image signature",
]);
const Signature = z.object({
  critical: z.object({
    type: z.string(),
    image: z.object({ "docker-manifest-digest": z.string() }),
  }),
});

/**
 * Whether one of the verified statements is a signature of this digest. In the bundle format cosign
 * takes any attestation of the signer for one, a bill of materials too.
 */
export function hasSignature(stdout: string, digest: string): boolean {
  const printed = z.array(z.unknown()).safeParse(jsonOf(stdout));
  if (!printed.success) return false;
  return printed.data.some((one) => {
    const signature = Signature.safeParse(one);
    if (!signature.success) return false;
    const { type, image } = signature.data.critical;
    return SIGNATURE_TYPES.has(type) && image["docker-manifest-digest"] === digest;
  });
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
