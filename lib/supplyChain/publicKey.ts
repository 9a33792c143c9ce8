import { createHash, createPublicKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/**
 * What verifies the signatures of a key: the file that cosign writes beside a private key, or, for a
 * key in a store, the same reference.
 * @param key as config key `sign.key` has it, e.g. `cosign.key` or `awskms:///alias/bot-core`
 */
export function publicKeyOf(key: string): string {
  return key.includes("://") ? key : key.replace(/(\.key)?$/, ".pub");
}

/**
 * `sha256:…` of the public key in a file, however the file is written.
 * @returns undefined where no such file can be read here, and for a key in a store
 */
export function publicKeyDigest(file: string): string | undefined {
  try {
    const key = createPublicKey(readFileSync(file)).export({ type: "spki", format: "der" });
    return `sha256:${createHash("sha256").update(key).digest("hex")}`;
  } catch {
    return undefined;
  }
}

/**
 * `publicKeyDigest` of a private key's other half.
 * @returns undefined also where the private key is not here: nobody can sign with it then
 */
export function keyPairDigest(key: string): string | undefined {
  return existsSync(key) ? publicKeyDigest(publicKeyOf(key)) : undefined;
}
