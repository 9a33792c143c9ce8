import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { skip } from "../../../dev/skip";
import { hasPulumi, makeProject, type Project } from "../plugin/project";
import { type AwsState, readState, writeState } from "./plugin/state";

const PLUGIN = resolve(__dirname, "plugin");
const COMPONENT = resolve(__dirname, "../../../components/registry/ecr/index.ts");
const REPOSITORY = "aws:ecr/repository:Repository eu-central-1 bot-core/web";
const LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy eu-central-1 bot-core/web";

const PUBLISHED = ["v1.2.3", "v1.2", "v1", "latest", "main", "0123456789ab"];

/** What differs from run to run. */
interface Run {
  readonly version?: string;
  /** The stack's outputs hold the repository. */
  readonly recorded?: boolean;
  readonly publishes?: boolean;
  readonly branch?: string;
}

describe("Amazon ECR under the real engine", function () {
  this.timeout(300_000);
  let project: Project;
  let registry: Server;
  let server: string;
  let file: string;
  /** What the registry lists. */
  let tags: readonly string[];

  before(async function () {
    if (!(await hasPulumi())) skip(this, "no pulumi on PATH");
    registry = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ name: "bot-core/web", tags }));
    });
    await new Promise<void>((listening) => registry.listen(0, "127.0.0.1", listening));
    // Node answers so for a server that listens on a port.
    server = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  });

  after(() => registry.close());

  beforeEach(async () => {
    tags = [];
    project = await makeProject({ aws: PLUGIN, botcore: PLUGIN });
    file = join(project.folder, "aws.json");
    process.env["AWS_DOUBLE_STATE"] = file;
  });

  afterEach(async () => {
    delete process.env["AWS_DOUBLE_STATE"];
    await project.remove();
  });

  async function up(run: Run = {}, ...args: readonly string[]): Promise<string> {
    await project.program(programOf(server, run));
    const { code, shown } = await project.pulumi("up", "--yes", "--skip-preview", ...args);
    assert.equal(code, 0, shown);
    return shown;
  }

  async function pulumi(...args: readonly string[]): Promise<void> {
    const { code, shown } = await project.pulumi(...args);
    assert.equal(code, 0, shown);
  }

  function aws(): AwsState {
    return readState(file);
  }

  function filters(): unknown {
    const found = aws().things[REPOSITORY]?.["imageTagMutabilityExclusionFilters"];
    return (found as readonly { filter: string }[] | undefined)?.map(({ filter }) => filter);
  }

  it("is declared once, a first preview before it, and changes nothing from another branch", async () => {
    await project.program(programOf(server, {}));
    await pulumi("preview");
    assert.deepEqual(aws().changes, []);
    await up();
    assert.deepEqual(filters(), ["latest", "main", "p*-*", "v1", "v1.2"]);
    tags = PUBLISHED;
    const again = { recorded: true, publishes: false };
    await up(again, "--expect-no-changes");
    await up({ ...again, branch: "feat/x" }, "--expect-no-changes");
  });

  it("keeps the repository through a destroy, and takes it over again", async () => {
    await up();
    await pulumi("destroy", "--yes", "--skip-preview");
    assert.deepEqual(
      Object.keys(aws().things).filter((key) => !key.includes("accountSetting")),
      [REPOSITORY],
    );
    const shown = await up({ publishes: false });
    assert.match(shown, /bot-core\/web: there already, taken over as it is/);
    await up({ recorded: true, publishes: false }, "--expect-no-changes");
  });

  it("adopts what somebody else made as it is, and brings what differs with the next run", async () => {
    const foreign = {
      name: "bot-core/web",
      imageTagMutability: "MUTABLE",
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: "arn:aws:kms:key" }],
      tags: { CostCenter: "7" },
    };
    writeState(file, { things: { [REPOSITORY]: foreign }, changes: [] });
    const shown = await up();
    assert.match(shown, /is encrypted by arn:aws:kms:key and stays so/);
    assert.deepEqual(aws().things[REPOSITORY], foreign);
    await up({ recorded: true, publishes: false });
    const { imageTagMutability, encryptionConfigurations, tags, imageScanningConfiguration } =
      aws().things[REPOSITORY] ?? {};
    assert.equal(imageTagMutability, "IMMUTABLE_WITH_EXCLUSION");
    assert.deepEqual(imageScanningConfiguration, { scanOnPush: true });
    assert.deepEqual(encryptionConfigurations, foreign.encryptionConfigurations);
    assert.deepEqual(tags, foreign.tags);
    await up({ recorded: true, publishes: false }, "--expect-no-changes");
  });

  it("takes over what a lost record names, and what a first run left that failed behind it", async () => {
    await up();
    tags = PUBLISHED;
    await up({ publishes: false }, "--expect-no-changes");
    await pulumi("stack", "rm", "test", "--yes", "--force");
    await pulumi("stack", "init", "test");
    writeState(file, { ...aws(), things: { [REPOSITORY]: aws().things[REPOSITORY] ?? {} } });
    await up({ publishes: false });
    await up({ recorded: true, publishes: false }, "--expect-no-changes");
  });

  it("moves its filters with a release, leaves them in a rollback, and always has a policy", async () => {
    await up();
    await up({ recorded: true, version: "v1.3.0" });
    assert.deepEqual(filters(), ["latest", "main", "p*-*", "v1", "v1.3"]);
    assert.match(String(aws().things[LIFECYCLE]?.["policy"]), /keep v1\.3\.0/);
    await up({ recorded: true, version: "v1.2.3", publishes: false });
    assert.deepEqual(filters(), ["latest", "main", "p*-*", "v1", "v1.3"]);
    assert.match(String(aws().things[LIFECYCLE]?.["policy"]), /keep v1\.2\.3/);
    const touched = aws().changes.filter((one) => /^(delete|create) .*Repository /.test(one));
    assert.deepEqual(touched, [`create ${REPOSITORY}`]);
  });
});

function programOf(server: string, run: Run): string {
  const { version = "v1.2.3", recorded = false, publishes = true, branch = "main" } = run;
  const endpoint = { server, insecure: true };
  const anonymous = { kind: "anonymous" };
  const settings = {
    ...{ kind: "ecr", endpoint, account: { endpoint, push: anonymous, pull: anonymous } },
    ...{ lookUp: anonymous, namespace: "bot-core", separator: "/", manage: true },
    ...{ region: "eu-central-1", accountId: "123456789012", replicas: [] },
    ...{ pullFrom: "eu-central-1", scanning: "basic", cache: [] },
  };
  const args = {
    ...{ services: ["web"], builds: [], version, platforms: ["linux/amd64"], publishes },
    retention: { keepVersions: 30, untaggedDays: 14, prDays: 14, deleteOnDestroy: false },
    github: { kind: "off" },
    source: { branch, isDefaultBranch: branch === "main", dirty: false },
    recorded: recorded ? [`${server}/bot-core/web`] : [],
  };
  return [
    'require("tsx/cjs");',
    `const { declare } = require(${JSON.stringify(COMPONENT)});`,
    "module.exports = async () => {",
    `  await declare("registry", ${JSON.stringify(settings)}, ${JSON.stringify(args)});`,
    "};",
  ].join("\n");
}
