import semver from "semver";
import type { RegistryEndpoint } from "../../resources/registry";
import type { SignPolicy, VerifyPolicy } from "../../resources/supplyChain";

/** What every call of cosign depends on beside its policy. */
export interface CosignCall {
  /** `server/repository@sha256:…` */
  readonly reference: string;
  readonly endpoint: Pick<RegistryEndpoint, "insecure">;
  /** File with the authorities of a registry that has one of its own. */
  readonly caFile?: string;
  /** Version of cosign. */
  readonly version: string;
  /** Files by which it works without Sigstore's services. */
  readonly offline: OfflineFiles;
}

/** A Sigstore of nothing: cosign does not ask the public one for addresses and roots then. */
export interface OfflineFiles {
  readonly signingConfig: string;
  readonly trustedRoot: string;
}

/** `cosign sign` of an index and each of its images, as referrers in the bundle format. */
export function signArgs(call: CosignCall, policy: SignPolicy): string[] {
  return ["sign", "--recursive", ...signerArgs(call, policy), call.reference];
}

/** `cosign attest` of a bill of materials in a file. */
export function attestArgs(call: CosignCall, policy: SignPolicy, predicate: string): string[] {
  const subject = ["--type", "spdxjson", "--predicate", predicate];
  return ["attest", ...subject, ...signerArgs(call, policy), call.reference];
}

function signerArgs(call: CosignCall, policy: SignPolicy): string[] {
  return [
    "--yes",
    ...bundleArgs(call),
    ...(policy.kind === "key" ? keyArgs(policy, call.offline) : keylessArgs(policy)),
    ...registryArgs(call),
  ];
}

function keyArgs(
  { key, transparencyLog }: Extract<SignPolicy, { kind: "key" }>,
  { signingConfig, trustedRoot }: OfflineFiles,
): string[] {
  const offline = ["--signing-config", signingConfig, "--trusted-root", trustedRoot];
  return ["--key", key, ...(transparencyLog ? [] : offline)];
}

/** Where no token says who signs, it fails at once: otherwise it would wait for a browser. */
function keylessArgs({
  signingConfig,
  trustedRoot,
}: Extract<SignPolicy, { kind: "keyless" }>): string[] {
  return [
    ...["--fulcio-auth-flow", "token"],
    ...(signingConfig === undefined ? [] : ["--signing-config", signingConfig]),
    ...(trustedRoot === undefined ? [] : ["--trusted-root", trustedRoot]),
  ];
}

/** Where a signature is looked for: among the referrers, or under the older `.sig` and `.att` tags. */
export type SignatureFormat = "bundle" | "tag";

export function verifyArgs(
  call: CosignCall,
  policy: VerifyPolicy,
  format: SignatureFormat,
): string[] {
  return ["verify", ...formatArgs(call, format), ...checkArgs(call, policy), call.reference];
}

export function verifyAttestationArgs(
  call: CosignCall,
  policy: VerifyPolicy,
  format: SignatureFormat,
): string[] {
  const subject = ["verify-attestation", "--type", "spdxjson"];
  return [...subject, ...formatArgs(call, format), ...checkArgs(call, policy), call.reference];
}

function checkArgs(call: CosignCall, policy: VerifyPolicy): string[] {
  const offline = policy.kind === "key" && !policy.transparencyLog;
  const roots = offline ? ["--trusted-root", call.offline.trustedRoot] : [];
  return [...signerChecks(policy), ...roots, ...registryArgs(call)];
}

/** Whose signature is asked for. */
export function signerChecks(policy: VerifyPolicy): string[] {
  if (policy.kind === "key") {
    return ["--key", policy.key, ...(policy.transparencyLog ? [] : ["--insecure-ignore-tlog"])];
  }
  const { identity, issuer, trustedRoot } = policy;
  // cosign also takes an identity that only contains a match, and `^a|b$` anchors no half of itself.
  const who =
    identity.kind === "exact"
      ? ["--certificate-identity", identity.value]
      : ["--certificate-identity-regexp", `^(?:${identity.value})$`];
  return [
    ...[...who, "--certificate-oidc-issuer", issuer],
    ...(trustedRoot === undefined ? [] : ["--trusted-root", trustedRoot]),
  ];
}

function formatArgs(call: CosignCall, format: SignatureFormat): string[] {
  return format === "bundle" ? bundleArgs(call) : ["--new-bundle-format=false"];
}

/** Version 3 has no other format by default, and warns of the flag. */
function bundleArgs({ version }: CosignCall): string[] {
  return semver.major(version) < 3 ? ["--new-bundle-format"] : [];
}

export function registryArgs({
  endpoint,
  caFile,
}: Pick<CosignCall, "endpoint" | "caFile">): string[] {
  return [
    ...(endpoint.insecure ? ["--allow-http-registry"] : []),
    ...(caFile === undefined ? [] : ["--registry-cacert", caFile]),
  ];
}
