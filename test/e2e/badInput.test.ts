import assert from "node:assert/strict";
import { pullPassword, PULL_USER, PUSH_USER } from "../../dev/localRegistry";
import { refusedComposeFiles } from "./support/refusedComposeFiles";
import { OTHER_REVISION, publishOther, type Refusal, RefusalProject } from "./support/refusals";
import { freePorts } from "./support/ports";

const WRONG = "wrong-password-5f1e";
/** Reserved by RFC 2606: no such server can be. */
const NOWHERE = "registry.invalid";

const configured: readonly Refusal[] = [
  {
    name: "an unknown key",
    config: { versoin: "v1.0.0" },
    says: ["versoin: unknown key", "did you mean version?", "pulumi config rm bot-core:versoin"],
  },
  {
    name: "an unknown key in an object",
    config: { rollout: { drainSecond: 5 } },
    says: ["rollout.drainSecond: unknown key", "did you mean drainSeconds?"],
  },
  {
    name: "a provider that there is not",
    config: { provider: "privat" },
    says: ['provider: given "privat"; allowed: ghcr, ecr, gar,', "did you mean private?"],
  },
  {
    name: "another provider's keys",
    config: { provider: "ghcr" },
    says: [
      "registry.owner: not set; DOCKER_REGISTRY of the environment neither",
      "registry.server: unknown key; allowed: owner, repository,",
    ],
  },
  {
    name: "an ECR registry with what ECR has not, asked of nobody",
    config: {
      provider: "ecr",
      registry: { region: "eu-cental-1", kmsKey: WRONG, cache: [{ upstream: "docker.io" }] },
    },
    says: [
      'registry.region: given "eu-cental-1"; allowed: the code of an AWS region, like eu-central-1',
      "registry.kmsKey: given a value that is not shown; allowed: the ARN of a KMS key",
      "registry.cache[0].credential: not set; this upstream asks for a login",
    ],
    hides: [WRONG, "registry.accountId"],
  },
  {
    name: "a GitHub repository by its address",
    config: { github: { repository: "https://github.com/acme/shop", reviewers: ["a b"] } },
    says: [
      'github.repository: given "https://github.com/acme/shop"; allowed: OWNER/NAME',
      'github.reviewers[0]: given "a b"',
    ],
  },
  {
    name: "an empty version",
    config: { version: "" },
    says: ["version: not set", "pulumi config set bot-core:version v1.0.0"],
  },
  {
    name: "a version with a space",
    config: { version: "v1 .0" },
    says: ['version: given "v1 .0"; allowed: a tag of 1 to 128 letters'],
  },
  {
    name: "a version with a plus",
    config: { version: "v1.0.0+build" },
    says: ['version: given "v1.0.0+build"; allowed: a tag', "no `+`"],
  },
  {
    name: "a platform that there is not",
    config: { platforms: ["linux/amd46"] },
    says: ['platforms[0]: given "linux/amd46"; allowed: linux/amd64,', "did you mean linux/amd64?"],
  },
  {
    name: "several faults of the supply chain",
    config: { scan: { severities: ["SEVERE"] }, sign: { key: "cosign.key" }, verify: {} },
    says: [
      'scan.severities[0]: given "SEVERE"; allowed: CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN',
      "verify: says nobody; allowed: exactly one of identity, identityRegexp, key",
    ],
  },
  {
    name: "a key to sign with that is not there",
    config: { sign: { key: "cosign.key" }, verify: false },
    says: ["sign: the key `cosign.key` of `sign.key` is not there; make one with"],
  },
  {
    name: "an ignore file with two faults",
    config: { scan: { ignoreFile: "ignore.yaml" } },
    files: {
      "ignore.yaml": "ignores:\n  - {id: CVE-1, reason: x, expires: soon}\n  - {id: CVE-2}\n",
    },
    says: ["ignore.yaml:2: `expires`: `soon` is no day", "ignore.yaml:3: `reason` is missing"],
  },
  {
    name: "a password in clear",
    registry: { username: PUSH_USER, password: WRONG },
    says: [
      "registry.password: given in clear; allowed: an encrypted value",
      "pulumi config set --secret --path bot-core:registry.password",
    ],
    hides: [WRONG],
  },
  {
    name: "plain HTTP to another machine",
    registry: { server: NOWHERE },
    says: ["registry.insecure: given true for registry.invalid; allowed: true only for localhost"],
  },
  {
    name: "a user of the environment without a password",
    environment: { DOCKER_PASSWORD: "" },
    says: ["DOCKER_PASSWORD: not set, although DOCKER_USERNAME is"],
  },
  {
    name: "no host",
    config: { host: "" },
    says: ["host: not set", "or false to publish only"],
  },
  {
    name: "two faults, both at once",
    config: { version: "v1 .0", platforms: ["linux/amd46"] },
    says: ['version: given "v1 .0"', 'platforms[0]: given "linux/amd46"'],
  },
];

const asked: readonly Refusal[] = [
  {
    name: "a build context that is missing",
    files: { app: undefined },
    says: ["app cannot be built: build context `app` of service `app` is not a folder"],
  },
  {
    name: "a Dockerfile that is missing",
    files: { "app/Dockerfile": undefined },
    says: ["app cannot be built: Dockerfile `app/Dockerfile` of service `app` is not a file"],
  },
  {
    name: "a version that is not published where nothing is built",
    config: { build: "never" },
    says: [/`v0\.1\.0` is not published for .*app.* and `bot-core:build` is `never`/],
  },
  {
    name: "`latest` where nothing is published",
    config: { version: "latest" },
    says: [/`latest` is not published for .*app.*: it moves with the releases and is never built/],
  },
  {
    name: "a version of uncommitted sources for others' eyes",
    registry: { server: NOWHERE, insecure: false },
    files: { "app/text": "edited\n" },
    says: ["the sources have uncommitted changes", "commit them first"],
  },
  {
    name: "a version that was partly published from another source",
    config: { version: "v0.8.0" },
    before: (project) => publishOther(project, "v0.8.0"),
    says: [
      `\`v0.8.0\` is partly published, from another source (${OTHER_REVISION}): web are missing`,
    ],
  },
  {
    name: "a host without Docker",
    config: { host: { address: "unix:///nonexistent.sock" } },
    says: ["no Docker engine answers on unix:///nonexistent.sock", "start Docker there"],
  },
  {
    name: "a wrong password",
    environment: { DOCKER_PASSWORD: WRONG },
    says: [
      "registry.push: registry `localhost:5005` refuses the login of user `push`",
      "it was read from the environment variables DOCKER_USERNAME and DOCKER_PASSWORD",
    ],
    hides: [WRONG],
  },
  {
    name: "a wrong password of who only pulls",
    environment: { DOCKER_PULL_PASSWORD: WRONG },
    says: ["registry.pull: registry `localhost:5005` refuses the login of user `pull`"],
    hides: [WRONG],
  },
];

const tried: readonly Refusal[] = [
  {
    name: "a user who may not push",
    environment: { DOCKER_USERNAME: PULL_USER, DOCKER_PASSWORD: pullPassword() },
    command: "up",
    says: [/push login: registry `localhost:5005` does not let user `pull` push to `.*\/app`/],
    hides: [pullPassword()],
  },
  {
    name: "a source that does not build",
    config: { services: ["app"] },
    files: { "app/Dockerfile": "FROM scratch\nCOPY nothing /text\n" },
    command: "up",
    says: [/nothing.*not found/],
  },
  {
    name: "a version that somebody else publishes meanwhile",
    config: { version: "v0.9.0", services: ["app"] },
    files: { "app/Dockerfile": "FROM localhost:5005/mirror/busybox:1\nRUN sleep 10\n" },
    command: "up",
    meanwhile: [/app-amd64-\w+ creating/, (project) => publishOther(project, "v0.9.0")],
    says: [
      /version `v0\.9\.0` of `.*\/app` is published already, with other images, and never moves/,
      `from ${OTHER_REVISION}`,
      "a changed source needs a new version",
    ],
  },
];

describe("bad input", function () {
  this.timeout(600_000);
  let project: RefusalProject;
  let closedPort = 0;

  before(async () => {
    project = await RefusalProject.create();
    [closedPort = 0] = await freePorts(1);
  });
  after(() => project.dispose());

  const refuses = (refusals: readonly Refusal[]): void => {
    for (const refusal of refusals) {
      it(refusal.name, () => project.assertRefused(refusal));
    }
  };

  describe("of the configuration", () => {
    refuses(configured);
  });
  describe("of the Compose file", () => {
    refuses(refusedComposeFiles);
  });
  describe("of the surroundings", () => {
    refuses(asked);

    it("a host that does not answer ssh", () =>
      project.assertRefused({
        name: "ssh",
        config: { host: { address: `ssh://nobody@127.0.0.1:${closedPort}` } },
        says: [`ssh://nobody@127.0.0.1:${closedPort} cannot be reached: `, "Connection refused"],
      }));

    it("a registry that does not answer", () =>
      project.assertRefused({
        name: "registry",
        registry: { server: `localhost:${closedPort}` },
        command: "up",
        says: [`registry \`localhost:${closedPort}\` cannot be reached`, "check the server's name"],
      }));
  });
  describe("that only the work itself finds", () => {
    refuses(tried);
  });

  describe("in the end", () => {
    it("left nothing on the host, and no version", async () => {
      await project.assertNothingDone();
      const versions = Object.keys(await project.tags()).filter((tag) => tag.includes(":v0.1"));
      assert.deepEqual(versions, []);
    });
  });
});
