/**
 * What verifies the signatures of a key: the file that cosign writes beside a private key, or, for a
 * key in a store, the same reference.
 * @param key as config key `sign.key` has it, e.g. `cosign.key` or `awskms:///alias/bot-core`
 */
export function publicKeyOf(key: string): string {
  return key.includes("://") ? key : key.replace(/(\.key)?$/, ".pub");
}
