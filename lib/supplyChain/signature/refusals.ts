import { UserError } from "../../errors";
import type { Credentials } from "../../oci";
import type { RunResult } from "../../process/run";
import type { VerifyPolicy } from "../../resources/supplyChain";
import { toolError } from "../tools/output";

/** Who has to have signed, in words. */
export function signerText(policy: VerifyPolicy): string {
  if (policy.kind === "key") {
    const logged = policy.transparencyLog ? ", entered in the transparency log" : "";
    return `the key \`${policy.key}\`${logged}`;
  }
  const { identity, issuer } = policy;
  const who =
    identity.kind === "exact" ? `\`${identity.value}\`` : `an identity like \`${identity.value}\``;
  return `${who} of ${issuer}`;
}

export function unsigned(name: string, policy: VerifyPolicy): UserError {
  return new UserError(
    `\`${name}\` is not signed, and it has to be by ${signerText(policy)}; publish it with \`sign\`, or set \`verify: false\``,
    "image-unsigned",
  );
}

export function wrongSigner(
  name: string,
  what: string,
  policy: VerifyPolicy,
  result: RunResult,
  credentials: Credentials | undefined,
): UserError {
  const text = `${what} of \`${name}\` is not by ${signerText(policy)}; deploy an image of that signer, or name the right one in \`verify\``;
  return toolError(text, "image-wrong-signer", result, credentials);
}

export function noSbom(name: string, platform: string, policy: VerifyPolicy): UserError {
  return new UserError(
    `\`${name}\` (${platform}) has no attested bill of materials, and it has to have one by ${signerText(policy)}; publish it with \`sbom\` and \`sign\``,
    "sbom-missing",
  );
}

/** Not to be taken for an answer: nobody knows yet whether the image is signed. */
export function unknown(
  name: string,
  result: RunResult,
  credentials: Credentials | undefined,
): UserError {
  const text = `cosign could not tell whether \`${name}\` is signed; mend what it says and run again`;
  return toolError(text, "signature-tool", result, credentials);
}

/** Nobody knows whose the signatures are: the store of keys did not say by what to verify. */
export function unreadableKey(key: string, result: RunResult): UserError {
  const text = `cosign could not read the public half of the key \`${key}\`; check its name, and that this machine's identity may read it, or name a file with that half in \`verify.key\``;
  return toolError(text, "signature-tool", result);
}

export function missing(name: string): UserError {
  return new UserError(
    `\`${name}\` is not in the registry, so nothing can be verified; publish it, or look for who removed it`,
    "image-missing",
  );
}
