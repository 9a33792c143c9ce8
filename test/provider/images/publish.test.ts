import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skip } from "../../../dev/skip";
import { findDockerCli } from "../../../dev/dockerCli";
import {
  REGISTRY_CONTAINER,
  type TestRegistry,
  startTestRegistry,
} from "../../../dev/localRegistry";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../dev/tokenServer/access";
import { resolveCredentials } from "../../../lib/credentials";
import { UserError } from "../../../lib/errors";
import { checkAccess, findBuilt, lookUpVersion, pruneLocalBuilds } from "../../../lib/images";
import { RegistryClient } from "../../../lib/oci";
import { run } from "../../../lib/process/run";
import type { ImageIndexInputs, PlatformImage } from "../../../lib/resources/imageIndex";
import type { CredentialSource, RegistryAccount } from "../../../lib/resources/registry";
import { publishIndex } from "../../unit/lib/images/publish";
import { pushTinyImage } from "../../unit/lib/images/tinyImage";

const PORT = 15_731;
const REPOSITORY = "oci-test/web";
const SHA = "0123456789abcdef0123456789abcdef01234567";
const PUSH = { username: "push", password: "push-pw-71c2" };
const WRITE = { username: "write", password: "write-pw-15a7" };
const WRITE_ONLY = [{ type: "repository", name: "*", actions: ["pull", "push"] }];
const PULL = { username: "pull", password: "pull-pw-93d4" };

describe("publishing to a real registry", function () {
  this.timeout(60_000);
  let registry: TestRegistry | undefined;
  let account: RegistryAccount;
  let client: RegistryClient;
  let images: PlatformImage[];
  let docker = "";

  before(async function () {
    docker = (await findDockerCli()) ?? "";
    const up = docker !== "" && (await run(docker, ["inspect", REGISTRY_CONTAINER])).code === 0;
    if (!up) {
      skip(this, `the dev registry ${REGISTRY_CONTAINER} is not set up`);
    }
    registry = await startTestRegistry({
      name: "oci-test-registry",
      port: PORT,
      users: [
        tokenUser(PUSH.username, PUSH.password, EVERYTHING),
        tokenUser(PULL.username, PULL.password, PULL_ONLY),
        tokenUser(WRITE.username, WRITE.password, WRITE_ONLY),
      ],
    });
    account = {
      endpoint: { server: registry.server, insecure: true },
      push: { kind: "inline", ...PUSH },
      pull: { kind: "inline", ...PULL },
    };
    client = new RegistryClient(account.endpoint, PUSH);
    images = await pushBoth("one");
  });
  after(async () => {
    await registry?.close();
  });

  /** One after the other: distribution 2.8 may lose a blob that two uploads bring at once. */
  async function pushBoth(content: string): Promise<PlatformImage[]> {
    const pushed: PlatformImage[] = [];
    for (const platform of ["linux/amd64", "linux/arm64"]) {
      const digest = await pushTinyImage(client, REPOSITORY, platform, content);
      pushed.push({ platform, digest });
    }
    return pushed;
  }
  const inputs = (changes: Partial<ImageIndexInputs> = {}): ImageIndexInputs => ({
    registry: account,
    repository: REPOSITORY,
    service: "web",
    version: "v1.0.0",
    images,
    inputsDigest: "1".repeat(64),
    source: {
      revision: SHA,
      created: "2026-01-02T03:04:05Z",
      branch: "main",
      isDefaultBranch: true,
      dirty: false,
    },
    ...changes,
  });
  const fails = (work: Promise<unknown>, code: string, words: RegExp): Promise<void> =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /-pw-/);
      return true;
    });

  it("publishes an index of two platforms, twice with the same digest", async () => {
    assert.equal(await lookUpVersion(client, REPOSITORY, "v1.0.0"), undefined);
    const first = await publishIndex(client, inputs());
    const second = await publishIndex(client, inputs());
    assert.deepEqual(second, first);
    const tags = ["0123456789ab", "latest", "main", "main-0123456789ab", "v1", "v1.0", "v1.0.0"];
    assert.deepEqual(first.tags, tags);
    const listed = (await client.listTags(REPOSITORY)).filter((tag) => !tag.startsWith("pb-"));
    assert.deepEqual(listed.sort(), tags);
    const published = await lookUpVersion(client, REPOSITORY, "v1");
    assert.deepEqual(published?.platforms, images);
    assert.equal(published.digest, first.digest);
  });

  it("is read by docker, with the pull login, as an image of both platforms", async () => {
    const folder = mkdtempSync(join(tmpdir(), "oci-test-docker-"));
    const auth = Buffer.from(`${PULL.username}:${PULL.password}`).toString("base64");
    const config = { auths: { [`localhost:${PORT}`]: { auth } } };
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    const name = `localhost:${PORT}/${REPOSITORY}:latest`;
    const args = ["buildx", "imagetools", "inspect", name];
    const result = await run(docker, args, { env: { DOCKER_CONFIG: folder } });
    rmSync(folder, { recursive: true });
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /MediaType: +application\/vnd.oci.image.index.v1\+json/);
    assert.match(result.stdout, /Platform: +linux\/amd64[^]*Platform: +linux\/arm64/);
  });

  it("refuses other images under a published version, and lets the next version move the aliases", async () => {
    const others = await pushBoth("two");
    const before = await lookUpVersion(client, REPOSITORY, "v1.0.0");
    await fails(
      publishIndex(client, inputs({ images: others })),
      "tag-immutable",
      new RegExp(before?.digest ?? ""),
    );
    const next = await publishIndex(client, inputs({ images: others, version: "v1.0.1" }));
    for (const tag of ["latest", "v1", "v1.0"]) {
      assert.equal(await findBuilt(client, REPOSITORY, tag), next.digest);
    }
    assert.deepEqual(await lookUpVersion(client, REPOSITORY, "v1.0.0"), before);
    assert.equal(await findBuilt(client, REPOSITORY, "0123456789ab"), before?.digest);
  });

  it("proves both logins and leaves no repository behind", async () => {
    const resolve = (source: CredentialSource, server: string) =>
      resolveCredentials(source, server, {});
    const access = { registry: account, repositories: ["oci-test/new"], builds: [] };
    await checkAccess(access, resolve);
    assert.deepEqual(await client.listTags("oci-test/new"), []);
    await new RegistryClient(account.endpoint, WRITE).proveUpload("oci-test/new");
    const swapped = { ...account, push: account.pull };
    await fails(
      checkAccess({ ...access, registry: swapped }, resolve),
      "registry-denied",
      /push login: registry `localhost:\d+` does not let user `pull` push to/,
    );
    const pull = { kind: "inline", username: PULL.username, password: "other-pw-1" } as const;
    const wrong = { ...account, pull };
    await fails(
      checkAccess({ ...access, registry: wrong }, resolve),
      "registry-unauthorized",
      /pull login: .*refuses the login of user `pull`/,
    );
  });

  it("mounts a blob from another repository, and deletes by digest", async () => {
    const digest = await client.putBlob(REPOSITORY, Buffer.from("shared"));
    assert.equal(await client.mountBlob("oci-test/other", digest, REPOSITORY), true);
    assert.equal((await client.getBlob("oci-test/other", digest))?.toString(), "shared");
    const image = await pushTinyImage(client, "oci-test/other", "linux/amd64", "x", "t");
    await fails(
      new RegistryClient(account.endpoint, PULL).deleteManifest("oci-test/other", image),
      "registry-denied",
      /delete from/,
    );
  });

  it("removes local build images that are not kept", async () => {
    const repository = `localhost:${PORT}/oci-test/local`;
    const tags = ["pb-000000000001-amd64", "pb-000000000002-amd64", "v1.0.0"];
    for (const tag of tags) {
      // An empty tar archive is two blocks of zeros.
      const input = "\0".repeat(1024);
      const made = await run(docker, ["import", "-", `${repository}:${tag}`], { input });
      assert.equal(made.code, 0, made.stderr);
    }
    try {
      const result = await pruneLocalBuilds(repository, ["pb-000000000002-amd64"]);
      assert.deepEqual(result, { removed: ["pb-000000000001-amd64"], failures: [] });
    } finally {
      await run(docker, ["image", "rm", ...tags.slice(1).map((tag) => `${repository}:${tag}`)]);
    }
  });
});
