import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findingsOf, parseWith } from "./support";

const CERTIFICATE = readFileSync(join(__dirname, "ca.pem"), "utf8");
const SERVER = "HOST or HOST:PORT, without scheme and path";
const SET_SERVER = "run: pulumi config set --path bot-core:registry.server registry.example.com";
const KEYS =
  "server, namespace, insecure, caCert, username, password, pullUsername, pullPassword, manage";
const PROVIDERS = "ghcr, ecr, gar, acr, dockerhub, private, gcr";
const PASSWORD = "text on one line, not empty";

type Row = readonly [name: string, args: Parameters<typeof parseWith>, findings: readonly string[]];

/** A registry object beside a legal server. */
function at(server: string, rest: object = {}): { registry: object } {
  return { registry: { server, ...rest } };
}

const rejected: readonly Row[] = [
  [
    "no provider",
    [{ provider: "" }],
    [
      `provider: not set; DOCKER_REGISTRY of the environment neither; allowed: ${PROVIDERS}; ` +
        "run: pulumi config set bot-core:provider private",
    ],
  ],
  [
    "a misspelt provider",
    [{ provider: "Privat" }],
    [
      `provider: given "Privat"; allowed: ${PROVIDERS}; did you mean private?; ` +
        "run: pulumi config set bot-core:provider private",
    ],
  ],
  [
    "an illegal DOCKER_REGISTRY",
    [{ registry: undefined }, [], { DOCKER_REGISTRY: "https://r.example.com" }],
    [
      'DOCKER_REGISTRY: given "https://r.example.com"; allowed: HOST[:PORT][/NAMESPACE] without a ' +
        "scheme, in lower case after the first `/`; run: export DOCKER_REGISTRY=localhost:5005/bot-core",
    ],
  ],
  [
    "a DOCKER_REGISTRY with a password, not shown",
    [{ registry: undefined }, [], { DOCKER_REGISTRY: "me:hunter2@r.example.com/x" }],
    [
      "DOCKER_REGISTRY: given a value that is not shown; allowed: HOST[:PORT][/NAMESPACE] without a " +
        "scheme, in lower case after the first `/`; run: export DOCKER_REGISTRY=localhost:5005/bot-core",
    ],
  ],
  [
    "no server",
    [{ registry: undefined }],
    [
      "registry.server: not set; DOCKER_REGISTRY of the environment neither; " +
        `allowed: ${SERVER}; ${SET_SERVER}`,
    ],
  ],
  [
    "a misspelt key",
    [{ registry: { sever: "r.example.com" } }],
    [
      "registry.server: not set; DOCKER_REGISTRY of the environment neither; " +
        `allowed: ${SERVER}; ${SET_SERVER}`,
      `registry.sever: unknown key; allowed: ${KEYS}; did you mean server?; ` +
        "run: pulumi config rm --path bot-core:registry.sever",
    ],
  ],
  ...["https://r.example.com", "r.example.com/x", "r:0", "r:65536", "r:x", "-r", ""].map(
    (server): Row => [
      `server ${JSON.stringify(server)}`,
      [at(server)],
      [`registry.server: given ${JSON.stringify(server)}; allowed: ${SERVER}; ${SET_SERVER}`],
    ],
  ),
  [
    "a server with a password, not shown",
    [at("me:hunter2@r.example.com")],
    [`registry.server: given a value that is not shown; allowed: ${SERVER}; ${SET_SERVER}`],
  ],
  ...["Bot-Core", "/a", "a//b", "a/", "-a"].map((namespace): Row => [
    `namespace ${namespace}`,
    [at("r.example.com", { namespace })],
    [
      `registry.namespace: given "${namespace}"; allowed: lower-case letters and digits with \`.\`, ` +
        "`_`, `-` or `/` between them; " +
        "run: pulumi config set --path bot-core:registry.namespace bot-core",
    ],
  ]),
  ...["r.example.com", "10.0.0.1:5000", "localhost.example.com", "127.example.com"].map(
    (server): Row => [
      `plain HTTP on ${server}`,
      [at(server, { insecure: true })],
      [
        `registry.insecure: given true for ${server}; allowed: true only for localhost, 127.0.0.0/8 ` +
          "and [::1] (`registry.caCert` is there for a private certificate authority); " +
          "run: pulumi config set --path bot-core:registry.insecure false",
      ],
    ],
  ),
  [
    "plain HTTP with a certificate authority",
    [at("localhost:5005", { insecure: true, caCert: CERTIFICATE })],
    [
      "registry.insecure: given true together with caCert; allowed: one of them; " +
        "run: pulumi config set --path bot-core:registry.insecure false",
    ],
  ],
  ...["/etc/ca.pem", CERTIFICATE.replace("MII", "XXX")].map((caCert): Row => [
    `caCert ${caCert.slice(0, 8)}`,
    [at("r.example.com", { caCert })],
    [
      "registry.caCert: given a value that is not shown; allowed: PEM text of one or more " +
        'certificates; run: pulumi config set --path bot-core:registry.caCert "$(cat ca.pem)"',
    ],
  ]),
  [
    "a password in clear",
    [at("r.example.com", { username: "u", password: "hunter2" })],
    [
      "registry.password: given in clear; allowed: an encrypted value; " +
        "run: pulumi config rm --path bot-core:registry.password && " +
        "pulumi config set --secret --path bot-core:registry.password",
    ],
  ],
  [
    "a user without password",
    [at("r.example.com", { username: "u" })],
    [
      `registry.password: not set; its user is; allowed: ${PASSWORD}; ` +
        "run: pulumi config set --secret --path bot-core:registry.password",
    ],
  ],
  [
    "a pull password without user",
    [at("r.example.com", { pullPassword: "hunter2" }), ["registry"]],
    [
      "registry.pullUsername: not set; its password is; allowed: text on one line, not empty, " +
        "without `:`; run: pulumi config set --path bot-core:registry.pullUsername USER",
    ],
  ],
  [
    "a password of two lines, not shown",
    [at("r.example.com", { username: "u", password: "hunter\n2" }), ["registry"]],
    [
      "registry.password: given a secret value, which is not shown; " +
        `allowed: ${PASSWORD}; run: pulumi config set --secret --path bot-core:registry.password`,
    ],
  ],
  [
    "DOCKER_USERNAME alone",
    [{}, [], { DOCKER_USERNAME: "u" }],
    [
      "DOCKER_PASSWORD: not set, although DOCKER_USERNAME is; allowed: both or neither; " +
        "run: export DOCKER_PASSWORD=… or unset DOCKER_USERNAME",
    ],
  ],
  [
    "DOCKER_PULL_PASSWORD alone, not shown",
    [{}, [], { DOCKER_PULL_PASSWORD: "hunter2" }],
    [
      "DOCKER_PULL_USERNAME: not set, although DOCKER_PULL_PASSWORD is; allowed: both or neither; " +
        "run: export DOCKER_PULL_USERNAME=… or unset DOCKER_PULL_PASSWORD",
    ],
  ],
  [
    "replicas, which somebody else's registry has not",
    [at("r.example.com", { replicas: ["eu-west-1"] })],
    [
      `registry.replicas: unknown key; allowed: ${KEYS}; ` +
        "run: pulumi config rm --path bot-core:registry.replicas",
    ],
  ],
  [
    "a secret object that does not parse, not shown",
    [{ registry: "hunter2" }, ["registry"]],
    [
      "registry: given a secret value, which is not shown; allowed: an object like " +
        `{server: registry.example.com}; ${SET_SERVER}`,
    ],
  ],
];

describe("parseSettings: rejected registries", () => {
  for (const [name, args, findings] of rejected) {
    it(name, () => {
      assert.deepEqual(
        findingsOf(() => parseWith(...args)),
        findings,
      );
    });
  }
});
