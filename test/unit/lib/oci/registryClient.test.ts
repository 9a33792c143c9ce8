import assert from "node:assert/strict";
import { OCI_MANIFEST, RegistryClient, digestOf } from "../../../../lib/oci";
import { BYTES, FAST, failure } from "./clientFixture";
import { type FakeOptions, FakeRegistry } from "./fakeRegistry";

describe("RegistryClient", () => {
  let fake: FakeRegistry;
  const start = async (options: FakeOptions = {}): Promise<RegistryClient> => {
    fake = await FakeRegistry.start(options);
    return new RegistryClient(fake.endpoint, undefined, FAST);
  };
  afterEach(() => fake.stop());

  describe("manifests and tags", () => {
    it("puts, finds, reads and deletes a manifest", async () => {
      const client = await start();
      const digest = await client.putManifest("a/b", "v1.0.0", BYTES, OCI_MANIFEST);
      assert.equal(digest, digestOf(BYTES));
      const head = { digest, mediaType: OCI_MANIFEST, size: BYTES.length };
      assert.deepEqual(await client.headManifest("a/b", "v1.0.0"), head);
      assert.deepEqual(await client.getManifest("a/b", digest), { ...head, bytes: BYTES });
      assert.equal(await client.deleteManifest("a/b", "v1.0.0"), true);
      assert.equal(await client.deleteManifest("a/b", "v1.0.0"), false);
    });

    it("takes a missing manifest, tag list or blob for an answer", async () => {
      const client = await start();
      assert.equal(await client.headManifest("a/b", "v1.0.0"), undefined);
      assert.equal(await client.getManifest("a/b", "v1.0.0"), undefined);
      assert.deepEqual(await client.listTags("a/b"), []);
      assert.equal(await client.getBlob("a/b", digestOf("x")), undefined);
    });

    it("reads all pages of the tag list", async () => {
      const client = await start({ pageSize: 2 });
      for (const tag of ["c", "a", "e", "b", "d"]) {
        await client.putManifest("a/b", tag, BYTES, OCI_MANIFEST);
      }
      fake.take();
      assert.deepEqual(await client.listTags("a/b"), ["a", "b", "c", "d", "e"]);
      assert.equal(fake.take().length, 3);
    });

    it("asks by GET where HEAD says no digest", async () => {
      const client = await start({
        intercept: (request, response) => {
          response.writeHead(200, { "content-type": OCI_MANIFEST });
          response.end(request.method === "HEAD" ? undefined : BYTES);
          return true;
        },
      });
      assert.equal((await client.headManifest("a/b", "x"))?.digest, digestOf(BYTES));
    });

    it("refuses names that would change the request's path", async () => {
      const client = await start();
      await failure(client.getManifest("../etc", "x"), "registry-name");
      await failure(client.getManifest("a/b", "x/../../y"), "registry-name");
      await failure(client.getManifest("A/b", "x"), "registry-name");
      assert.deepEqual(fake.take(), []);
    });
  });

  it("reports an unreachable server by name", async () => {
    await start();
    const gone = new RegistryClient({ server: "127.0.0.1:1", insecure: true }, undefined, FAST);
    assert.match(
      await failure(gone.ping(), "registry-unreachable"),
      /127\.0\.0\.1:1.*ECONNREFUSED/,
    );
    const unknown = new RegistryClient({ server: "no.invalid", insecure: false }, undefined, FAST);
    await failure(unknown.ping(), "registry-unreachable");
  });

  it("ends a request that is interrupted", async () => {
    await start({ intercept: () => true });
    const options = { ...FAST, timeoutMs: 5000, signal: AbortSignal.timeout(50) };
    const client = new RegistryClient(fake.endpoint, undefined, options);
    await failure(client.ping(), "registry-aborted");
  });

  it("uploads a blob once, and mounts or says that it cannot", async () => {
    const client = await start();
    const blob = Buffer.from("layer");
    const digest = await client.putBlob("a/b", blob);
    assert.deepEqual(await client.getBlob("a/b", digest), blob);
    fake.take();
    await client.putBlob("a/b", blob);
    assert.deepEqual(fake.take(), [`HEAD /v2/a/b/blobs/${digest}`]);
    assert.equal(await client.mountBlob("c/d", digest, "a/b"), false);
    assert.equal(fake.uploads.size, 0);
  });
});
