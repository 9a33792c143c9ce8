import type { SignPolicy, VerifyPolicy } from "../resources/supplyChain";
import { publicKeyOf } from "../supplyChain/publicKey";
import type { Faults } from "./faults";
import { identityPattern } from "./identityPattern";
import { removeCommand, setCommand, showPath } from "./mend";
import type { ConfigReader } from "./reader";
import { boolean, text, type Rule } from "./rules";
import type { GithubRepositorySettings, GithubSettings, Off } from "./settings";
import { projectFile, signingKey } from "./words";

const OFF = { kind: "off" } as const;
const ALLOWED =
  "{identity, issuer?, trustedRoot?}, {identityRegexp, issuer?, trustedRoot?}, " +
  "{key, transparencyLog?}, or false";
const EXAMPLE = ["key", "cosign.pub"] as const;

/** Issuer of the tokens that GitHub gives its Actions. */
const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/** Who may sign: exactly one of these stands in the object. */
const SIGNERS = ["identity", "identityRegexp", "key"] as const;

/** What else decides about `verify`. */
export interface Beside {
  readonly sign: SignPolicy | Off;
  readonly github: GithubSettings;
  /** false: this run joins and publishes nothing, so that no signature is asked for. */
  readonly isJoined: boolean;
}

/**
 * Reads `verify`. Absent: what `sign` implies: the public half of its key, the release workflow of
 * `github.repository` where it is keyless, nothing where it is off.
 */
export function parseVerify(
  root: ConfigReader,
  faults: Faults,
  beside: Beside,
): VerifyPolicy | Off {
  if (root.isFalse("verify")) {
    root.read("verify", verifyOrFalse);
    return OFF;
  }
  if (!root.has("verify")) return implied(root, faults, beside);
  const reader = root.object("verify", EXAMPLE, ALLOWED);
  return reader === undefined ? OFF : readPolicy(reader, faults);
}

function implied(
  root: ConfigReader,
  faults: Faults,
  { sign, github, isJoined }: Beside,
): VerifyPolicy | Off {
  // Read although it is absent: what was read is what is known.
  root.read("verify", verifyOrFalse);
  if (sign.kind === "off") return OFF;
  if (sign.kind === "key") {
    return { kind: "key", key: publicKeyOf(sign.key), transparencyLog: sign.transparencyLog };
  }
  if (github.kind === "off") {
    if (isJoined) refuseUnsaid(faults);
    return OFF;
  }
  return {
    kind: "keyless",
    identity: { kind: "pattern", value: releaseWorkflow(github) },
    issuer: GITHUB_ISSUER,
    ...(sign.trustedRoot === undefined ? {} : { trustedRoot: sign.trustedRoot }),
  };
}

function refuseUnsaid(faults: Faults): void {
  faults.other(
    "verify",
    "not set, and `sign` is keyless: whose signatures count is known from `github.repository` or " +
      `from here; allowed: ${ALLOWED}`,
    `${setCommand(["github", "repository"], "OWNER/bot-core")}, or ${setCommand(["sign"], "false")}`,
  );
}

function readPolicy(reader: ConfigReader, faults: Faults): VerifyPolicy | Off {
  const identity = reader.read("identity", identityText);
  const identityRegexp = reader.read("identityRegexp", identityPattern);
  const issuer = reader.read("issuer", issuerAddress) ?? GITHUB_ISSUER;
  const trustedRoot = reader.read("trustedRoot", projectFile("sigstore/trusted-root.json"));
  const key = reader.read("key", signingKey("cosign.pub"));
  const transparencyLog = reader.read("transparencyLog", boolean(true)) ?? false;
  reader.refuseUnknown();
  const given = SIGNERS.filter((name) => reader.has(name));
  if (given.length !== 1) refuseSigners(reader, faults, given);
  if (reader.has("key")) {
    for (const name of ["issuer", "trustedRoot"].filter((one) => reader.has(one))) {
      refuseUseless(reader, faults, name, "a key");
    }
    return { kind: "key", key: key ?? "", transparencyLog };
  }
  if (reader.has("transparencyLog")) {
    refuseUseless(
      reader,
      faults,
      "transparencyLog",
      "an identity, whose log entry is always needed",
    );
  }
  const chosen =
    identityRegexp === undefined
      ? ({ kind: "exact", value: identity ?? "" } as const)
      : ({ kind: "pattern", value: identityRegexp } as const);
  return {
    kind: "keyless",
    identity: chosen,
    issuer,
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
  };
}

function refuseSigners(reader: ConfigReader, faults: Faults, given: readonly string[]): void {
  const what = given.length === 0 ? "says nobody" : `says several (${given.join(", ")})`;
  faults.other(
    "verify",
    `${what}; allowed: exactly one of ${SIGNERS.join(", ")}`,
    setCommand(reader.path("key"), "cosign.pub"),
  );
}

function refuseUseless(reader: ConfigReader, faults: Faults, name: string, beside: string): void {
  const path = reader.path(name);
  faults.other(
    showPath(path),
    `has no effect beside ${beside}; allowed: ${ALLOWED}`,
    removeCommand(path),
  );
}

/**
 * Identity of the certificates that Fulcio gives the release workflow: its file at the branch or tag
 * that it ran for (Fulcio, "OIDC claims": Subject Alternative Name of GitHub).
 */
function releaseWorkflow({ owner, name, defaultBranch }: GithubRepositorySettings): string {
  const file = `https://github.com/${owner}/${name}/.github/workflows/release.yml`;
  const branches = [...new Set([defaultBranch, "develop"])].map(escaped).join("|");
  return `^${escaped(file)}@refs/(heads/(${branches})|tags/v.+)$`;
}

function escaped(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

const verifyOrFalse: Rule<false> = {
  allowed: ALLOWED,
  inside: EXAMPLE,
  parse: (value) => (value === false || value === "false" ? false : undefined),
};

const identityText: Rule<string> = text(
  /^[^\p{Cc}\s]+$/u,
  "the certificate's identity: a workflow's address or an e-mail address",
  "https://github.com/OWNER/bot-core/.github/workflows/release.yml@refs/heads/main",
);

const issuerAddress: Rule<string> = text(
  /^https:\/\/[^\p{Cc}\s]+$/u,
  "the https address of the issuer of the signer's OIDC token",
  GITHUB_ISSUER,
);
