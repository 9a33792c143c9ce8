import type { RegistryEndpoint } from "../../resources/registry";
import type { VerifyPolicy } from "../../resources/supplyChain";
import { registryArgs, signerChecks } from "./cosignArgs";

/** What is to be verified by hand. */
export interface VerifyCommandRequest {
  /** `server/repository@sha256:…` of the index. */
  readonly reference: string;
  readonly endpoint: Pick<RegistryEndpoint, "insecure" | "caCert">;
  readonly policy: VerifyPolicy;
}

/** Stands for the user's own file: the certificate itself is in the settings. */
const CA_FILE = "registry-ca.pem";

/**
 * The shell line by which anyone who may pull checks the signature, with cosign 3. A registry with an
 * authority of its own has its certificate in a file `registry-ca.pem` there.
 */
export function verifyCommand({ reference, endpoint, policy }: VerifyCommandRequest): string {
  const caFile = endpoint.caCert === undefined ? {} : { caFile: CA_FILE };
  const checks = [...signerChecks(policy), ...registryArgs({ endpoint, ...caFile })];
  return shellLine(["cosign", "verify", ...checks, reference]);
}

const PLAIN = /^[\w@%+=:,./-]+$/;

/** Quoted for a POSIX shell where it has to be. */
function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}
