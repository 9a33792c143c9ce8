import { createHash } from "node:crypto";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `sha256:…` of some bytes, the only algorithm that registries must know (image-spec, descriptor). */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${hexDigestOf(bytes)}`;
}

/** sha256 as 64 hex characters. */
export function hexDigestOf(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** true: a complete sha256 digest, so that a reference is no tag. */
export function isDigest(reference: string): boolean {
  return DIGEST.test(reference);
}
