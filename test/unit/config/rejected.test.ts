import assert from "node:assert/strict";
import { findingsOf, parseWith } from "./support";

const TAG =
  "a tag of 1 to 128 letters, digits, `_`, `.` and `-` that begins with a letter, a digit or `_` " +
  "(so no `+`, `:`, `@`), and not with `pb-` or `sha256-`, which the program and signatures use";
const SET_VERSION = "run: pulumi config set bot-core:version v1.0.0";
const FILE = "a relative path of a file inside the project folder, with `/` between its parts";
const SET_FILE = "run: pulumi config set --path 'bot-core:composeFiles[0]' docker-compose.prod.yml";
const PLATFORMS =
  "linux/amd64, linux/amd64/v2, linux/amd64/v3, linux/arm64, linux/arm/v7, linux/arm/v6, " +
  "linux/386, linux/ppc64le, linux/s390x, linux/riscv64";
const HOST = "unix:///PATH, ssh://[USER@]HOST[:PORT], or the name of a docker context";

type Row = readonly [name: string, args: Parameters<typeof parseWith>, findings: readonly string[]];

const rejected: readonly Row[] = [
  [
    "no version",
    [{ version: "" }],
    [`version: not set; VERSION of the environment neither; allowed: ${TAG}; ${SET_VERSION}`],
  ],
  ...["v1.0.0+build", "a:b", "a@b", ".hidden", "-x", "v 1", "pb-0123456789ab-amd64"].map(
    (version): Row => [
      `version ${version}`,
      [{ version }],
      [`version: given "${version}"; allowed: ${TAG}; ${SET_VERSION}`],
    ],
  ),
  [
    "a version of 129 letters, shown cut",
    [{ version: "v".repeat(129) }],
    [`version: given "${"v".repeat(59)}…; allowed: ${TAG}; ${SET_VERSION}`],
  ],
  [
    "an illegal VERSION",
    [{ version: undefined }, [], { VERSION: "v1+2" }],
    [`VERSION: given "v1+2"; allowed: ${TAG}; run: export VERSION=v1.0.0`],
  ],
  [
    "an illegal GIT_SHA",
    [{}, [], { GIT_SHA: "main" }],
    [
      'GIT_SHA: given "main"; allowed: a commit id of 7 to 64 hexadecimal digits, in lower case; ' +
        'run: export GIT_SHA="$(git rev-parse HEAD)"',
    ],
  ],
  [
    "Compose files as text",
    [{ composeFiles: "docker-compose.yml" }],
    [
      `composeFiles: given "docker-compose.yml"; allowed: a list, not empty, of ${FILE}; ` +
        SET_FILE,
    ],
  ],
  [
    "no Compose files",
    [{ composeFiles: [] }],
    [`composeFiles: given a list; allowed: a list, not empty, of ${FILE}; ` + SET_FILE],
  ],
  ...["/etc/a.yml", "../a.yml", "a/../../b.yml", "", "~/a.yml", ".", String.raw`a\b.yml`].map(
    (file): Row => [
      `Compose file ${JSON.stringify(file)}`,
      [{ composeFiles: [file] }],
      [`composeFiles[0]: given ${JSON.stringify(file)}; allowed: ${FILE}; ${SET_FILE}`],
    ],
  ),
  [
    "a service twice",
    [{ services: ["web", "api", "web"] }],
    ['services: given "web" twice; allowed: each once; run: pulumi config rm bot-core:services'],
  ],
  [
    "an illegal service",
    [{ services: ["we b"] }],
    [
      'services[0]: given "we b"; allowed: service names of letters, digits, `.`, `_` and `-`; ' +
        "run: pulumi config set --path 'bot-core:services[0]' web",
    ],
  ],
  [
    "an illegal variable name",
    [{ environment: { "1A": "x" } }],
    [
      'environment["1A"]: the name is not legal; allowed: letters, digits and `_`, not beginning ' +
        `with a digit; run: pulumi config rm --path 'bot-core:environment["1A"]'`,
    ],
  ],
  [
    "a variable that is a list, not shown",
    [{ environment: { A: ["hunter2"] } }],
    [
      "environment.A: given a value that is not shown; allowed: text, a number, true or false; " +
        "run: pulumi config set --path bot-core:environment.A TEXT",
    ],
  ],
  [
    "a misspelt platform",
    [{ platforms: ["linux/amd64", "linux/arm46"] }],
    [
      `platforms[1]: given "linux/arm46"; allowed: ${PLATFORMS}; did you mean linux/arm64?; ` +
        "run: pulumi config set --path 'bot-core:platforms[1]' linux/amd64",
    ],
  ],
  [
    "a platform of another world",
    [{ platforms: ["plan9/mips"] }],
    [
      `platforms[0]: given "plan9/mips"; allowed: ${PLATFORMS}; ` +
        "run: pulumi config set --path 'bot-core:platforms[0]' linux/amd64",
    ],
  ],
  [
    "a platform twice",
    [{ platforms: ["linux/amd64", "linux/amd64"] }],
    [
      'platforms: given "linux/amd64" twice; allowed: each once; ' +
        "run: pulumi config rm bot-core:platforms",
    ],
  ],
  [
    "a builder for a platform that is not built",
    [{ platforms: ["linux/amd64"], builders: { "linux/arm64": "ssh://builder" } }],
    [
      'builders["linux/arm64"]: the name is not legal; allowed: the platforms that are built ' +
        "(linux/amd64); " +
        `run: pulumi config rm --path 'bot-core:builders["linux/arm64"]'`,
    ],
  ],
  [
    "a builder by tcp",
    [{ builders: { "linux/arm64": "tcp://10.0.0.1:2375" } }],
    [
      `builders["linux/arm64"]: given "tcp://10.0.0.1:2375"; allowed: ${HOST}; ` +
        `run: pulumi config set --path 'bot-core:builders["linux/arm64"]' ssh://builder`,
    ],
  ],
  [
    "build: always",
    [{ build: "always" }],
    [
      'build: given "always"; allowed: missing, never; run: pulumi config set bot-core:build missing',
    ],
  ],
  [
    "push: yes",
    [{ push: "yes" }],
    ['push: given "yes"; allowed: true, false; run: pulumi config set bot-core:push true'],
  ],
  [
    "an unknown key",
    [{ verison: "v1.0.0" }],
    [
      "verison: unknown key; allowed: provider, registry, version, composeFiles, services, " +
        "environment, platforms, builders, build, buildCache, push, index, " +
        "switchImage, host, rollout, retention, github, scan, sbom, sign, verify; did you mean version?; " +
        "run: pulumi config rm bot-core:verison",
    ],
  ],
];

describe("parseSettings: rejected", () => {
  for (const [name, args, findings] of rejected) {
    it(name, () => {
      assert.deepEqual(
        findingsOf(() => parseWith(...args)),
        findings,
      );
    });
  }

  it("reports every fault of every key at once, in the order of the keys", () => {
    const changes = { version: "", build: "x", host: { address: "prod", engine: "x" }, zzz: "1" };
    const findings = findingsOf(() => parseWith({ ...changes, provider: "x", rollout: "x" }));
    assert.deepEqual(
      findings.map((finding) => finding.slice(0, finding.indexOf(":"))),
      ["provider", "version", "build", "host.engine", "rollout", "zzz"],
    );
  });
});
