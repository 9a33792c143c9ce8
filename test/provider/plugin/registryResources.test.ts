import assert from "node:assert/strict";
import { resolve } from "node:path";
import { skip } from "../../../dev/skip";
import { startTestRegistry } from "../../../dev/localRegistry";
import type { TestRegistry } from "../../../dev/localRegistry";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../dev/tokenServer/access";
import { digestOf } from "../../../lib/oci/digest";
import { RegistryClient } from "../../../lib/oci";
import type { PlatformImage } from "../../../lib/resources/imageIndex";
import { hasPulumi, makeProject } from "./project";
import type { Project } from "./project";

const PORT = 15_872;
const SERVER = `localhost:${PORT}`;
const PUSH_PASSWORD = "swordfish-of-the-east";
const PULL_PASSWORD = "swordfish-of-the-west";
const REPOSITORY = "plugin-test/service";
const ENDPOINT = { server: SERVER, insecure: true };

describe("RegistryAccess, ImageIndex and ImageTags under the real engine", function () {
  this.timeout(180_000);
  let registry: TestRegistry | undefined;
  let project: Project;
  let client: RegistryClient;

  before(async function () {
    if (!(await hasPulumi())) skip(this, "no pulumi on PATH");
    registry = await startTestRegistry({
      name: "plugin-test-registry",
      port: PORT,
      users: [
        tokenUser("push", PUSH_PASSWORD, EVERYTHING),
        tokenUser("pull", PULL_PASSWORD, PULL_ONLY),
      ],
    });
    client = new RegistryClient(ENDPOINT, { username: "push", password: PUSH_PASSWORD });
  });

  after(async () => {
    await registry?.close();
  });

  beforeEach(async () => {
    project = await makeProject({ botcore: resolve(__dirname, "../../../provider") });
  });

  afterEach(async () => {
    await project.remove();
  });

  async function declare(
    type: "RegistryAccess" | "ImageIndex",
    inputs: Readonly<Record<string, unknown>>,
    push: { username: string; password: string } = { username: "push", password: PUSH_PASSWORD },
  ): Promise<void> {
    await project.program(`
      const pulumi = require("@pulumi/pulumi");
      class Own extends pulumi.CustomResource {
        constructor(type, name, args) {
          super("botcore:index:" + type, name, { digest: undefined, tags: undefined, ...args });
        }
      }
      const login = (username, password) =>
        ({ kind: "inline", username, password: pulumi.secret(password) });
      const inputs = {
        ...${JSON.stringify(inputs)},
        registry: {
          endpoint: ${JSON.stringify(ENDPOINT)},
          push: login(${JSON.stringify(push.username)}, ${JSON.stringify(push.password)}),
          pull: login("pull", "${PULL_PASSWORD}"),
        },
      };
      const own = new Own("${type}", "one", inputs);
      exports.digest = own.digest;
      if ("${type}" === "ImageIndex") {
        const { images, ...rest } = inputs;
        new Own("ImageTags", "one", { ...rest, digest: own.digest, keepLocalTags: [] });
      }
    `);
  }

  async function up(): Promise<string> {
    const { code, shown } = await project.pulumi("up", "--yes", "--skip-preview");
    assert.equal(code, 0, shown);
    return shown;
  }

  async function fails(...args: readonly string[]): Promise<string> {
    const { code, shown } = await project.pulumi(...args);
    assert.notEqual(code, 0, shown);
    assert.doesNotMatch(shown, /^\s*at .*[(:]\d+:\d+/m);
    return shown;
  }

  async function isUnchanged(): Promise<boolean> {
    return (await project.pulumi("preview", "--expect-no-changes")).code === 0;
  }

  describe("RegistryAccess", () => {
    const inputs = { repositories: [REPOSITORY], builds: ["aa", "bb"] };

    it("proves once for the builds it is given, not again for fewer, again for a new one", async () => {
      await declare("RegistryAccess", inputs);
      await up();
      assert.ok(await isUnchanged());
      await declare("RegistryAccess", { ...inputs, builds: ["bb"] });
      assert.ok(await isUnchanged());
      await declare("RegistryAccess", { ...inputs, builds: ["bb", "cc"] });
      assert.ok(!(await isUnchanged()));
    });

    it("refuses a wrong password in the preview already, and shows it nowhere", async () => {
      await declare("RegistryAccess", inputs, { username: "push", password: "wrong-password" });
      const shown = await fails("preview");
      assert.match(shown, /registry\.push: /);
      assert.ok(!shown.includes("wrong-password"));
    });

    it("does not ask a registry for which nothing is built", async () => {
      await declare(
        "RegistryAccess",
        { ...inputs, builds: [] },
        { username: "push", password: "wrong-password" },
      );
      assert.equal((await project.pulumi("preview")).code, 0);
    });

    it("fails before any build where the user may only pull", async () => {
      await declare("RegistryAccess", inputs, { username: "pull", password: PULL_PASSWORD });
      assert.match(await fails("up", "--yes", "--skip-preview"), /push login: /);
      assert.deepEqual(await client.listTags(REPOSITORY), []);
    });
  });

  describe("ImageIndex and ImageTags", () => {
    const source = {
      isDefaultBranch: true,
      dirty: false,
      branch: "main",
      revision: "a".repeat(40),
    };

    async function inputsOf(version: string, marks: readonly [string, string]): Promise<object> {
      const [amd64, arm64] = marks;
      return {
        repository: REPOSITORY,
        service: "service",
        version,
        images: [
          await pushImage(client, "linux/amd64", amd64),
          await pushImage(client, "linux/arm64", arm64),
        ],
        inputsDigest: "c".repeat(64),
        source,
      };
    }

    it("publishes VERSION and the floating tags, and then sees no change", async () => {
      await declare("ImageIndex", { ...(await inputsOf("v1.0.0", ["one", "two"])) });
      const preview = await project.pulumi("preview");
      assert.match(preview.shown, /new tags: .*latest/);
      const shown = await up();
      assert.match(shown, /published localhost:\d+\/plugin-test\/service:v1\.0\.0: .*latest/);
      const { stdout } = await project.pulumi("stack", "output", "digest");
      const head = await client.headManifest(REPOSITORY, "v1.0.0");
      assert.equal(stdout.trim(), head?.digest);
      assert.equal((await client.headManifest(REPOSITORY, "latest"))?.digest, head?.digest);
      assert.ok(await isUnchanged());
      const { stdout: state } = await project.pulumi("stack", "export");
      assert.ok(!state.includes(PUSH_PASSWORD) && !state.includes(PULL_PASSWORD));
    });

    it("refuses other images for a published version, naming both", async () => {
      await declare("ImageIndex", { ...(await inputsOf("v2.0.0", ["one", "two"])) });
      await up();
      const before = await client.headManifest(REPOSITORY, "v2.0.0");
      await declare("ImageIndex", { ...(await inputsOf("v2.0.0", ["one", "three"])) });
      const shown = await fails("up", "--yes", "--skip-preview");
      assert.match(shown, /version `v2\.0\.0` .* is published already, with other images/);
      assert.deepEqual(await client.headManifest(REPOSITORY, "v2.0.0"), before);
    });

    it("puts back a movable version that stands for another build, without a refresh", async () => {
      await declare("ImageIndex", { ...(await inputsOf("dev", ["one", "two"])) });
      await up();
      const before = await client.getManifest(REPOSITORY, "dev");
      const other = await pushImage(client, "linux/amd64", "of another stack");
      const theirs = await client.getManifest(REPOSITORY, other.digest);
      await client.putManifest(REPOSITORY, "dev", theirs!.bytes, theirs!.mediaType);
      assert.ok(!(await isUnchanged()));
      await up();
      assert.equal((await client.headManifest(REPOSITORY, "dev"))?.digest, before?.digest);
      assert.ok(await isUnchanged());
    });

    it("notices that its version is gone, and publishes it again after a refresh", async () => {
      await declare("ImageIndex", { ...(await inputsOf("v4.0.0", ["four", "five"])) });
      await up();
      const before = await client.headManifest(REPOSITORY, "v4.0.0");
      assert.ok(await client.deleteManifest(REPOSITORY, before?.digest ?? ""));
      const { shown } = await project.pulumi("preview");
      assert.match(shown, /v4\.0\.0 is no longer in the registry, .*`pulumi up --refresh`/);
      const refreshed = await project.pulumi("refresh", "--yes");
      assert.match(refreshed.shown, /v4\.0\.0 is no longer in the registry/);
      assert.equal(await client.headManifest(REPOSITORY, "v4.0.0"), undefined);
      await up();
      assert.deepEqual(await client.headManifest(REPOSITORY, "v4.0.0"), before);
    });

    it("leaves the tags when it is destroyed, and a refresh before that sees no change", async () => {
      await declare("ImageIndex", { ...(await inputsOf("v3.0.0", ["one", "two"])) });
      await up();
      const refreshed = await project.pulumi("refresh", "--yes", "--expect-no-changes");
      assert.equal(refreshed.code, 0, refreshed.shown);
      assert.equal((await project.pulumi("destroy", "--yes")).code, 0);
      assert.ok((await client.headManifest(REPOSITORY, "v3.0.0")) !== undefined);
    });
  });
});

/** Pushes an image without layers that differs by its mark. */
async function pushImage(
  client: RegistryClient,
  platform: string,
  mark: string,
): Promise<PlatformImage> {
  const [os = "", architecture = ""] = platform.split("/");
  const config = Buffer.from(
    JSON.stringify({
      os,
      architecture,
      config: { Labels: { mark } },
      rootfs: { type: "layers", diff_ids: [] },
    }),
  );
  const type = "application/vnd.oci.image";
  const configDigest = await client.putBlob(REPOSITORY, config);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: { mediaType: `${type}.config.v1+json`, digest: configDigest, size: config.length },
      layers: [],
    }),
  );
  const digest = digestOf(manifest);
  await client.putManifest(REPOSITORY, digest, manifest, `${type}.manifest.v1+json`);
  return { platform, digest };
}
