import type { RegistryEndpoint } from "../../resources/registry";
import type { VerifyPolicy } from "../../resources/supplyChain";

/** What is to be verified by hand. */
export interface VerifyCommandsTarget {
  readonly endpoint: Pick<RegistryEndpoint, "server" | "insecure" | "caCert">;
  readonly repository: string;
  /** `sha256:…` of the index. */
  readonly digest: string;
  /** Digests of the platforms' images with an attested bill of materials. Default: none. */
  readonly attested?: readonly string[];
}

/** Shell lines by which anyone who may pull checks what `verifyImage` checks, one a command. */
export function verifyCommands(policy: VerifyPolicy, target: VerifyCommandsTarget): string[] {
  return [policy.kind, target.digest];
}
