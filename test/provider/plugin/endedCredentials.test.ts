import assert from "node:assert/strict";
import { resolve } from "node:path";
import { skip } from "../../../dev/skip";
import { RegistryClient, digestOf } from "../../../lib/oci";
import type { PlatformImage } from "../../../lib/resources/imageIndex";
import { FakeRegistry } from "../../unit/lib/oci/fakeRegistry";
import { setEnvironment } from "../../unit/lib/credentials/tokenService";
import { type Project, hasPulumi, makeProject } from "./project";

const REPOSITORY = "plugin-test/service";
const PASSWORD = "swordfish-of-the-north";
const ENDED = "swordfish-of-last-year";
const OCI = "application/vnd.oci.image";

describe("credentials that are not there, or not yet", function () {
  this.timeout(180_000);
  let fake: FakeRegistry;
  let running: FakeRegistry | undefined;
  let project: Project;
  let restore: () => void;

  before(async function () {
    if (!(await hasPulumi())) skip(this, "no pulumi on PATH");
    fake = await FakeRegistry.start({
      auth: "bearer",
      users: { bot: { password: PASSWORD, rights: ["pull", "push", "delete"] } },
    });
    running = fake;
  });
  after(() => running?.stop());
  beforeEach(async () => {
    restore = setEnvironment({ PLUGIN_TEST_USER: "bot", PLUGIN_TEST_PASSWORD: PASSWORD });
    project = await makeProject({ botcore: resolve(__dirname, "../../../provider") });
  });
  afterEach(async () => {
    restore();
    await project.remove();
  });

  async function pushImage(): Promise<PlatformImage> {
    const client = new RegistryClient(fake.endpoint, { username: "bot", password: PASSWORD });
    const rootfs = { type: "layers", diff_ids: [] };
    const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", rootfs }));
    const digest = await client.putBlob(REPOSITORY, config);
    const mediaType = `${OCI}.manifest.v1+json`;
    const descriptor = { mediaType: `${OCI}.config.v1+json`, digest, size: config.length };
    const manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType, config: descriptor, layers: [] }),
    );
    await client.putManifest(REPOSITORY, digestOf(manifest), manifest, mediaType);
    return { platform: "linux/amd64", digest: digestOf(manifest) };
  }

  /** A proof and an index; with `late`, the pull identity hangs on an output of the index. */
  async function declare(late = false): Promise<void> {
    const index = {
      repository: REPOSITORY,
      service: "service",
      version: "v1.0.0",
      images: [await pushImage()],
      inputsDigest: "c".repeat(64),
      source: { dirty: false },
    };
    await project.program(`
      const pulumi = require("@pulumi/pulumi");
      class Own extends pulumi.CustomResource {
        constructor(type, name, args) {
          super("botcore:index:" + type, name, { ...args, digest: undefined, tags: undefined });
        }
      }
      const login = {
        kind: "environment",
        usernameVariable: "PLUGIN_TEST_USER",
        passwordVariable: "PLUGIN_TEST_PASSWORD",
      };
      const registry = { endpoint: ${JSON.stringify(fake.endpoint)}, push: login, pull: login };
      const index = new Own("ImageIndex", "index", { ...${JSON.stringify(index)}, registry });
      const pull = ${String(late)} ? index.digest.apply(() => login) : login;
      new Own("RegistryAccess", "access", {
        registry: { ...registry, pull },
        repositories: ["${REPOSITORY}"],
        builds: ["aa"],
      });
    `);
  }

  async function runs(...args: readonly string[]): Promise<string> {
    const { code, shown } = await project.pulumi(...args);
    assert.equal(code, 0, shown);
    assert.ok(!shown.includes(PASSWORD) && !shown.includes(ENDED), shown);
    return shown;
  }

  it("are needed neither by a refresh nor by a destroy", async () => {
    await declare();
    await runs("up", "--yes", "--skip-preview");
    process.env["PLUGIN_TEST_PASSWORD"] = ENDED;
    assert.match(
      await runs("refresh", "--yes"),
      /@sha256:\w+ was not looked at: .*refuses the login/,
    );
    delete process.env["PLUGIN_TEST_PASSWORD"];
    const missing = await runs("refresh", "--yes", "--expect-no-changes");
    assert.match(missing, /was not looked at: .*not set: PLUGIN_TEST_PASSWORD/);
    await runs("destroy", "--yes");
  });

  it("are probed in a preview but for an identity that is not known yet", async () => {
    await declare(true);
    process.env["PLUGIN_TEST_PASSWORD"] = ENDED;
    const { code, shown } = await project.pulumi("preview");
    assert.notEqual(code, 0, shown);
    assert.match(shown, /registry\.push: .*refuses the login/);
    assert.doesNotMatch(shown, /registry\.pull: /);
  });
});
