import assert from "node:assert/strict";
import type { Settings } from "../../../lib/settings/settings";
import { findingsOf, parseWith, type Values } from "./support";

const GITHUB = { repository: "acme/bot-core" };
const ISSUER = "https://token.actions.githubusercontent.com";
const WORKFLOW = String.raw`https://github\.com/acme/bot-core/\.github/workflows/release\.yml`;
const VERIFY_KEYS =
  "{identity, issuer?, trustedRoot?}, {identityRegexp, issuer?, trustedRoot?}, " +
  "{key, transparencyLog?}, or false";
const KEY_FORMS =
  "a key file, or a reference that begins with awskms://, gcpkms://, azurekms://, hashivault://, " +
  "k8s://";

const parsed = (changes: Values): Settings["supplyChain"] => parseWith(changes).supplyChain;

describe("parseSettings: the supply chain", () => {
  const accepted: readonly (readonly [string, Values, Partial<Settings["supplyChain"]>])[] = [
    [
      "a scan in every detail",
      {
        scan: {
          scanner: "grype",
          severities: ["CRITICAL"],
          ignoreUnfixed: false,
          ignoreFile: "scan-ignore.yaml",
        },
      },
      {
        scan: {
          kind: "on",
          scanner: "grype",
          severities: ["CRITICAL"],
          ignoreUnfixed: false,
          ignoreFile: "scan-ignore.yaml",
        },
      },
    ],
    [
      "an empty scan: the defaults",
      { scan: {} },
      { scan: { kind: "on", severities: ["HIGH", "CRITICAL"], ignoreUnfixed: true } },
    ],
    [
      "no scan and no bill of materials",
      { scan: "false", sbom: false },
      { scan: { kind: "off" }, sbom: false },
    ],
    [
      "keyless by silence: the release workflow of the repository is who signs",
      { sign: undefined, github: GITHUB },
      {
        sign: { kind: "keyless" },
        verify: {
          kind: "keyless",
          identity: {
            kind: "pattern",
            value: `^${WORKFLOW}@refs/(heads/(main|develop)|tags/v.+)$`,
          },
          issuer: ISSUER,
        },
      },
    ],
    [
      "a private Sigstore, whose roots the verification takes over",
      {
        sign: { signingConfig: "sigstore/signing.json", trustedRoot: "sigstore/root.json" },
        github: { ...GITHUB, defaultBranch: "trunk.1" },
      },
      {
        sign: {
          kind: "keyless",
          signingConfig: "sigstore/signing.json",
          trustedRoot: "sigstore/root.json",
        },
        verify: {
          kind: "keyless",
          identity: {
            kind: "pattern",
            value: `^${WORKFLOW}@refs/(heads/(trunk\\.1|develop)|tags/v.+)$`,
          },
          issuer: ISSUER,
          trustedRoot: "sigstore/root.json",
        },
      },
    ],
    [
      "a key file, and its public half by silence",
      { sign: { key: "keys/cosign.key" } },
      {
        sign: { kind: "key", key: "keys/cosign.key", transparencyLog: false },
        verify: { kind: "key", key: "keys/cosign.pub", transparencyLog: false },
      },
    ],
    [
      "a key in a store, with the public log",
      { sign: { key: "awskms:///alias/bot-core", transparencyLog: true } },
      {
        sign: { kind: "key", key: "awskms:///alias/bot-core", transparencyLog: true },
        verify: { kind: "key", key: "awskms:///alias/bot-core", transparencyLog: true },
      },
    ],
    [
      "an identity word for word",
      { verify: { identity: "ci@acme.example", issuer: "https://accounts.example" } },
      {
        verify: {
          kind: "keyless",
          identity: { kind: "exact", value: "ci@acme.example" },
          issuer: "https://accounts.example",
        },
      },
    ],
    [
      "a stack that deploys what others sign",
      { sign: false, verify: { identityRegexp: "^https://ci/.+$" } },
      {
        sign: { kind: "off" },
        verify: {
          kind: "keyless",
          identity: { kind: "pattern", value: "^https://ci/.+$" },
          issuer: ISSUER,
        },
      },
    ],
    [
      "signatures that nobody asks for",
      { sign: { key: "cosign.key" }, verify: false },
      { verify: { kind: "off" } },
    ],
    [
      "nobody to verify where nothing is joined",
      { sign: undefined, index: false, host: undefined },
      { sign: { kind: "keyless" }, verify: { kind: "off" } },
    ],
  ];
  for (const [what, changes, expected] of accepted) {
    it(`accepts ${what}`, () => {
      const { scan, sbom, sign, verify } = parsed(changes);
      const all = { scan, sbom, sign, verify };
      const names = Object.keys(expected) as (keyof typeof all)[];
      assert.deepEqual(Object.fromEntries(names.map((name) => [name, all[name]])), expected);
    });
  }

  const rejected: readonly (readonly [string, Values, readonly string[]])[] = [
    [
      "keyless signatures of nobody",
      { sign: undefined },
      [
        "verify: not set, and `sign` is keyless: whose signatures count is known from " +
          `\`github.repository\` or from here; allowed: ${VERIFY_KEYS}; run: pulumi config set --path ` +
          "bot-core:github.repository OWNER/bot-core, or pulumi config set bot-core:sign false",
      ],
    ],
    [
      "several faults of a scan, all at once",
      { scan: { severities: ["SEVERE"], scanner: "clair", ignoreFile: "/etc/x", fix: true } },
      [
        'scan.scanner: given "clair"; allowed: trivy, grype; run: pulumi config set --path bot-core:scan.scanner trivy',
        `scan.severities[0]: given "SEVERE"; allowed: CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN; run: pulumi config set --path 'bot-core:scan.severities[0]' CRITICAL`,
        'scan.ignoreFile: given "/etc/x"; allowed: a relative path of a file inside the project folder, with `/` between its parts; run: pulumi config set --path bot-core:scan.ignoreFile scan-ignore.yaml',
        "scan.fix: unknown key; allowed: scanner, severities, ignoreUnfixed, ignoreFile; run: pulumi config rm --path bot-core:scan.fix",
      ],
    ],
    [
      "a way to sign that there is not",
      { sign: "gpg" },
      [
        "sign: given a value that is not shown; allowed: keyless, {key, transparencyLog?} or {signingConfig?, trustedRoot?}, or false; " +
          "run: pulumi config set --path bot-core:sign.key cosign.key",
      ],
    ],
    [
      "a key beside keyless settings",
      { sign: { key: "cosign.key", trustedRoot: "root.json" } },
      [
        "sign.trustedRoot: has no effect beside key; allowed: {key, transparencyLog?} or " +
          "{signingConfig?, trustedRoot?}; run: pulumi config rm --path bot-core:sign.trustedRoot",
      ],
    ],
    [
      "a store that cosign does not know",
      { sign: { key: "ftp://keys/cosign" } },
      [
        `sign.key: given "ftp://keys/cosign"; allowed: the path of ${KEY_FORMS}; ` +
          "run: pulumi config set --path bot-core:sign.key cosign.key",
      ],
    ],
    [
      "several signers",
      { verify: { key: "cosign.pub", identity: "ci@acme.example" } },
      [
        "verify: says several (identity, key); allowed: exactly one of identity, identityRegexp, key; " +
          "run: pulumi config set --path bot-core:verify.key cosign.pub",
      ],
    ],
    [
      "no signer",
      { verify: { issuer: ISSUER } },
      [
        "verify: says nobody; allowed: exactly one of identity, identityRegexp, key; " +
          "run: pulumi config set --path bot-core:verify.key cosign.pub",
      ],
    ],
    [
      "a pattern that would match more than it says",
      { verify: { identityRegexp: "https://github.com/acme" } },
      [
        'verify.identityRegexp: given "https://github.com/acme"; allowed: a regular expression that begins with ' +
          "`^` and ends with `$`; run: pulumi config set --path bot-core:verify.identityRegexp " +
          String.raw`'^https://github\.com/OWNER/bot-core/\.github/workflows/release\.yml@refs/tags/v.+$'`,
      ],
    ],
  ];
  for (const [what, changes, findings] of rejected) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(
        findingsOf(() => parseWith(changes)),
        findings,
      );
    });
  }

  const patterns: readonly (readonly [string, RegExp | undefined])[] = [
    ["^https://ci/main|https://ci/develop$", undefined],
    [String.raw`^https://ci\.acme\.example/[(?=\]]+\\$`, undefined],
    [String.raw`^a\$`, /, whose last `\$` is escaped: it stands for the character; allowed: /],
    ["^(?=a)a$", /, whose `\(\?=` cosign does not know \(it takes RE2\); allowed: /],
    ["^(?!a)b$", /whose `\(\?!` /],
    ["^b(?<=b)$", /whose `\(\?<=` /],
    ["^b(?<!a)$", /whose `\(\?<!` /],
    [String.raw`^(a)\1$`, /whose `\\1` /],
    [String.raw`^(?<one>a)\k<one>$`, /whose `\\k` /],
    [String.raw`^\Qa$`, /whose `\\Q` /],
  ];
  for (const [identityRegexp, reason] of patterns) {
    it(`${reason === undefined ? "accepts" : "refuses"} the pattern ${identityRegexp}`, () => {
      const changes = { verify: { identityRegexp } };
      if (reason === undefined) {
        const { verify } = parsed(changes);
        assert.ok(verify.kind === "keyless");
        assert.deepEqual(verify.identity, { kind: "pattern", value: identityRegexp });
        return;
      }
      const [finding = "", ...others] = findingsOf(() => parseWith(changes));
      assert.match(finding, reason);
      assert.deepEqual(others, []);
    });
  }

  it("shows nothing of a private key that stands where its file's name belongs", () => {
    const pem = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nhunter2\n-----END";
    const [finding = ""] = findingsOf(() => parseWith({ sign: { key: pem } }));
    assert.match(finding, /^sign\.key: given a value that is not shown; allowed/);
    assert.doesNotMatch(finding, /hunter2/);
  });
});
