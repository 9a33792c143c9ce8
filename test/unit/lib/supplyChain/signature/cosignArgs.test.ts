import assert from "node:assert/strict";
import type { SignPolicy, VerifyPolicy } from "../../../../../lib/resources/supplyChain";
import { verifyCommand } from "../../../../../lib/supplyChain";
import {
  type CosignCall,
  attestArgs,
  signArgs,
  verifyArgs,
  verifyAttestationArgs,
} from "../../../../../lib/supplyChain/signature/cosignArgs";

const REFERENCE = `ghcr.io/acme/web@sha256:${"1".repeat(64)}`;
const CALL: CosignCall = {
  reference: REFERENCE,
  endpoint: { insecure: false },
  version: "3.1.3",
  offline: { signingConfig: "sc.json", trustedRoot: "tr.json" },
};
const OLDER = { ...CALL, version: "2.6.5" };
const PRIVATE = { ...CALL, endpoint: { insecure: true }, caFile: "ca.pem" };
const KEY: SignPolicy = { kind: "key", key: "cosign.key", transparencyLog: false };
const LOGGED: SignPolicy = { ...KEY, key: "awskms:///alias/web", transparencyLog: true };
const KEYLESS: SignPolicy = { kind: "keyless" };
const OWN: SignPolicy = { kind: "keyless", signingConfig: "own.json", trustedRoot: "roots.json" };
const PUBLIC: VerifyPolicy = { kind: "key", key: "cosign.pub", transparencyLog: false };
const ISSUER = "https://token.actions.githubusercontent.com";
const WORKFLOW: VerifyPolicy = {
  kind: "keyless",
  identity: {
    kind: "pattern",
    value: "^https://github.com/acme/web/.*@refs/(heads/main|tags/v.+)$",
  },
  issuer: ISSUER,
};
const EXACT: VerifyPolicy = {
  ...{ kind: "keyless", issuer: ISSUER, trustedRoot: "roots.json" },
  identity: { kind: "exact", value: "ann@example.com" },
};

const text = (args: readonly string[]): string => args.join(" ").replaceAll(REFERENCE, "REF");

describe("cosign's arguments", () => {
  it("for signing", () => {
    const token = "--fulcio-auth-flow token";
    const offline = "--signing-config sc.json --trusted-root tr.json";
    const table: [CosignCall, SignPolicy, string][] = [
      [CALL, KEY, `sign --recursive --yes --key cosign.key ${offline} REF`],
      [OLDER, KEY, `sign --recursive --yes --new-bundle-format --key cosign.key ${offline} REF`],
      [CALL, LOGGED, "sign --recursive --yes --key awskms:///alias/web REF"],
      [CALL, KEYLESS, `sign --recursive --yes ${token} REF`],
      [OLDER, KEYLESS, `sign --recursive --yes --new-bundle-format ${token} REF`],
      [
        CALL,
        OWN,
        `sign --recursive --yes ${token} --signing-config own.json --trusted-root roots.json REF`,
      ],
      [
        PRIVATE,
        KEYLESS,
        `sign --recursive --yes ${token} --allow-http-registry --registry-cacert ca.pem REF`,
      ],
    ];
    for (const [call, policy, line] of table) assert.equal(text(signArgs(call, policy)), line);
  });

  it("for attesting", () => {
    assert.equal(
      text(attestArgs(CALL, KEYLESS, "sbom.json")),
      "attest --type spdxjson --predicate sbom.json --yes --fulcio-auth-flow token REF",
    );
  });

  it("for verifying", () => {
    const key = "--key cosign.pub --insecure-ignore-tlog --trusted-root tr.json";
    const pattern = `--certificate-identity-regexp ^(?:^https://github.com/acme/web/.*@refs/(heads/main|tags/v.+)$)$ --certificate-oidc-issuer ${ISSUER}`;
    const exact = `--certificate-identity ann@example.com --certificate-oidc-issuer ${ISSUER} --trusted-root roots.json`;
    const logged: VerifyPolicy = { ...PUBLIC, transparencyLog: true };
    assert.equal(text(verifyArgs(CALL, PUBLIC, "bundle")), `verify ${key} REF`);
    assert.equal(
      text(verifyArgs(OLDER, PUBLIC, "bundle")),
      `verify --new-bundle-format ${key} REF`,
    );
    for (const call of [CALL, OLDER]) {
      const line = `verify --new-bundle-format=false ${key} REF`;
      assert.equal(text(verifyArgs(call, PUBLIC, "tag")), line);
    }
    assert.equal(text(verifyArgs(CALL, logged, "bundle")), "verify --key cosign.pub REF");
    assert.equal(text(verifyArgs(CALL, WORKFLOW, "bundle")), `verify ${pattern} REF`);
    assert.equal(text(verifyArgs(CALL, EXACT, "bundle")), `verify ${exact} REF`);
    assert.equal(
      text(verifyAttestationArgs(CALL, PUBLIC, "bundle")),
      `verify-attestation --type spdxjson ${key} REF`,
    );
  });
});

describe("the pattern of an identity", () => {
  const given = (value: string): RegExp => {
    const policy = { ...WORKFLOW, identity: { kind: "pattern", value } } as const;
    const args = verifyArgs(CALL, policy, "bundle");
    return new RegExp(args[args.indexOf("--certificate-identity-regexp") + 1] ?? "");
  };

  it("matches the whole identity, also where it has alternatives", () => {
    const pattern = given("^https://ci/main|https://ci/develop$");
    for (const good of ["https://ci/main", "https://ci/develop"]) assert.match(good, pattern);
    const bad = ["https://ci/main-evil", "https://evil/?https://ci/develop", "https://ci/"];
    for (const one of bad) assert.doesNotMatch(one, pattern);
  });
});

describe("the command line for verifying by hand", () => {
  it("is quoted for a shell, and complete", () => {
    const line = verifyCommand({
      ...{ reference: REFERENCE, policy: WORKFLOW },
      endpoint: { insecure: true, caCert: "PEM" },
    });
    assert.equal(
      line,
      "cosign verify --certificate-identity-regexp " +
        "'^(?:^https://github.com/acme/web/.*@refs/(heads/main|tags/v.+)$)$' " +
        `--certificate-oidc-issuer ${ISSUER} --allow-http-registry ` +
        `--registry-cacert registry-ca.pem ${REFERENCE}`,
    );
    const policy = { ...PUBLIC, key: "it's.pub" };
    assert.equal(
      verifyCommand({ reference: REFERENCE, policy, endpoint: { insecure: false } }),
      "cosign verify " + `--key 'it'\\''s.pub' --insecure-ignore-tlog ${REFERENCE}`,
    );
  });
});
