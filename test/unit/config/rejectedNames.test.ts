import assert from "node:assert/strict";
import { GAR_KEY, KEY_ARN, ROLE_ARN } from "./cloudNames";
import { parseWith } from "./support";
import { PLACES, refusalsOf } from "./cloudRefusals";

/** What a key's example needs beside it. */
const PARTNERS: Readonly<Record<string, object>> = {
  pullFrom: { replicas: ["eu-central-1", "us-east-1"], region: "eu-west-1" },
};

/** What one key refuses, and the words of its rule. */
const rules: readonly (readonly [
  provider: string,
  key: string,
  allowed: string,
  refused: readonly unknown[],
])[] = [
  [
    "ecr",
    "region",
    "the code of an AWS region, like eu-central-1",
    ["eu-cental-1", "eu-central", "EU-CENTRAL-1", "eu-central-1a", "eu-central-01", 1, ""],
  ],
  [
    "ecr",
    "accountId",
    "the 12 digits of an AWS account id, without dashes, in quotes where they begin with 0",
    ["1234-5678-9012", "12345678901", "1234567890123", 12345678901, 123456789012.5, true],
  ],
  [
    "ecr",
    "namespace",
    "1 to 200 lower-case letters and digits with single `.`, `_`, `-` or `/` between them",
    ["Bot", "a--b", "a__b", "/a", "a/", "a//b", "a".repeat(201)],
  ],
  ["ecr", "profile", "the name of a profile of the AWS configuration", ["", " a", "a]", "a\nb"]],
  ["ecr", "scanning", "basic, enhanced, off", ["continuous", true]],
  ["ecr", "pullFrom", "the code of an AWS region, like eu-central-1", ["near"]],
  [
    "gar",
    "project",
    "a project id of 6 to 30 lower-case letters, digits and `-`, beginning with a letter (not its number)",
    ["short", "My-Project", "1project", "project-", "a".repeat(31), 123456789, "a b c d e f"],
  ],
  [
    "gar",
    "location",
    "a region like europe-west3, or us, europe or asia for several regions",
    ["eu", "europe-west3-a", "europe west3", "EUROPE"],
  ],
  [
    "gar",
    "repository",
    "1 to 63 lower-case letters, digits and `-`, beginning with a letter, not ending with `-`",
    ["eu.gcr.io", "a/b", "1a", "a-", "A", "a".repeat(64)],
  ],
  [
    "gar",
    "pullServiceAccount",
    "the e-mail of a service account, NAME@PROJECT.iam.gserviceaccount.com",
    ["me@example.com", "puller", "puller@my-project.iam.gserviceaccount.com.example.com"],
  ],
  [
    "gar",
    "kmsKey",
    "projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY",
    ["images", `${GAR_KEY}/cryptoKeyVersions/1`, `/${GAR_KEY}`],
  ],
  ["gar", "scanning", "inherited, off", ["basic"]],
  [
    "gcr",
    "location",
    "us, eu, asia, gcr.io, us.gcr.io, eu.gcr.io, asia.gcr.io",
    ["europe-west3", "k8s.gcr.io", "constructor"],
  ],
  [
    "acr",
    "name",
    "5 to 50 letters and digits, without the domain",
    ["abcd", "a".repeat(51), "my-registry", "myregistry.azurecr.io"],
  ],
  [
    "acr",
    "resourceGroup",
    "1 to 90 letters, digits, `_`, `-`, `.`, `(` and `)`, not ending with `.`",
    ["a.", "a/b", "a".repeat(91), "a b"],
  ],
  [
    "acr",
    "location",
    "the name of an Azure region in lower case without spaces, like westeurope",
    ["West Europe", "west-europe"],
  ],
  ["acr", "sku", "Basic, Standard, Premium", ["premium", "Classic"]],
  [
    "acr",
    "tenantId",
    "the id (a GUID) or a domain of an Entra tenant",
    ["contoso", "00000000-0000-0000-0000-00000000000", "https://contoso.com", "a@contoso.com"],
  ],
  [
    "ghcr",
    "owner",
    "the name of a GitHub organisation or user: up to 39 letters and digits with single `-` between them",
    ["a/b", "-a", "a-", "a--b", "a".repeat(40), "a.b", "ghcr.io/acme"],
  ],
  [
    "ghcr",
    "repository",
    'letters and digits with `.`, `_`, `-` or `/` between them; or "" for none',
    ["/a", "a//b", "a b"],
  ],
  [
    "dockerhub",
    "namespace",
    "a Docker Hub user or organisation: 2 to 30 lower-case letters and digits with single `-` or `_` between them",
    ["Acme", "a", "a/b", "a".repeat(31), "docker.io"],
  ],
  [
    "dockerhub",
    "prefix",
    "up to 100 lower-case letters and digits with `.`, `_` or `-` between them, without `/`",
    ["a/b", "-a", "a-", "A"],
  ],
];

describe("parseSettings: rejected values of the clouds", () => {
  for (const [provider, key, allowed, values] of rules) {
    for (const value of values) {
      it(`${provider}: ${key} ${JSON.stringify(value).slice(0, 40)}`, () => {
        const findings = refusalsOf(provider, { [key]: value });
        const start = `registry.${key}: given `;
        assert.equal(findings.length, 1, findings.join("\n"));
        const [finding = ""] = findings;
        assert.ok(finding.startsWith(start), finding);
        assert.ok(finding.includes(`; allowed: ${allowed}; `), finding);
        const [, mend] = finding.split(`; run: pulumi config set --path bot-core:registry.${key} `);
        assert.ok(mend !== undefined, finding);
        parseWith({ provider, registry: { ...PLACES[provider], ...PARTNERS[key], [key]: mend } });
      });
    }
  }

  const names: readonly (readonly [provider: string, key: string, legal: string])[] = [
    ["ecr", "kmsKey", KEY_ARN],
    ["ecr", "pullRoleArn", ROLE_ARN],
  ];
  for (const [provider, key, legal] of names) {
    const wrong = [legal.replace("arn:aws", "arn:azure"), `${legal} `, legal.replace("1234", "")];
    for (const value of [...wrong, legal.replace(/:(key|role)\//, ":alias/"), "hunter2"]) {
      it(`${provider}: ${key} ${value}, shown only where it is an ARN`, () => {
        const [finding = "", ...rest] = refusalsOf(provider, { [key]: value });
        assert.deepEqual(rest, []);
        assert.match(finding, new RegExp(`^registry\\.${key}: given .*; allowed: the ARN of a`));
        assert.doesNotMatch(finding, /hunter2/);
      });
    }
  }
});
