import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import { type CopyStep, copyImage } from "../../../../../lib/images/copy";
import { OCI_INDEX, OCI_MANIFEST, RegistryClient, digestOf } from "../../../../../lib/oci";
import { type FakeOptions, FakeRegistry } from "../../oci/fakeRegistry";
import { pushTinyImage } from "../tinyImage";

const FAST = { timeoutMs: 5000, retries: 1, backoffMs: 1 };
const FROM = "team/web";
const TO = "backup/web";
/** Fallback tags take their time to settle. */
const LISTS = { referrers: true };

describe("copyImage", () => {
  const fakes: FakeRegistry[] = [];
  const start = async (options: FakeOptions = {}) => {
    const fake = await FakeRegistry.start({ mounts: true, ...options });
    fakes.push(fake);
    return { fake, client: new RegistryClient(fake.endpoint, undefined, FAST) };
  };
  afterEach(async () => {
    for (const fake of fakes.splice(0)) await fake.stop();
  });

  /** An index of two images, a signature of it, an SBOM of an image, and a signature of the SBOM. */
  async function publish(client: RegistryClient) {
    const children = await Promise.all(
      ["amd64", "arm64"].map((arch) => pushTinyImage(client, FROM, `linux/${arch}`, arch)),
    );
    const manifests = children.map((digest) => ({ mediaType: OCI_MANIFEST, digest, size: 1 }));
    const index = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }),
    );
    const digest = await client.putManifest(FROM, "v1.0.0", index, OCI_INDEX);
    const [first = ""] = children;
    const signature = await refer(client, digest, "signature");
    const sbom = await refer(client, first, "sbom");
    const signed = await refer(client, sbom, "signature of the sbom");
    return { digest, children, referrers: [signature, sbom, signed] };
  }

  async function refer(client: RegistryClient, subject: string, content: string): Promise<string> {
    const layer = Buffer.from(content);
    const config = Buffer.from("{}");
    const describe = async (mediaType: string, bytes: Buffer) => ({
      mediaType,
      digest: await client.putBlob(FROM, bytes),
      size: bytes.length,
    });
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: `application/x-${content.split(" ")[0] ?? ""}`,
      config: await describe("application/vnd.oci.empty.v1+json", config),
      layers: [await describe("text/plain", layer)],
      subject: { mediaType: OCI_MANIFEST, digest: subject, size: 1 },
    };
    return client.attachReferrer(FROM, Buffer.from(JSON.stringify(manifest)), OCI_MANIFEST);
  }

  const writes = (lines: readonly string[]): string[] =>
    lines.filter((line) => !/^(GET|HEAD) /.test(line));

  async function fails(work: Promise<unknown>, code: string, words: RegExp): Promise<void> {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      return true;
    });
  }

  for (const [theirs, ours] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ] as const) {
    const words = [theirs, ours].map((yes) => (yes ? "a list" : "fallback tags")).join(" to ");
    it(`copies everything with its digests, from a registry with ${words} of referrers`, async () => {
      const [source, target] = [
        await start({ referrers: theirs }),
        await start({ referrers: ours }),
      ];
      const { digest, children, referrers } = await publish(source.client);
      const from = { client: source.client, repository: FROM };
      const to = { client: target.client, repository: TO };
      const result = await copyImage(from, to, "v1.0.0");
      assert.equal(result.digest, digest);
      assert.deepEqual(result.manifests, { copied: 3, present: 0 });
      assert.deepEqual(result.referrers, { copied: 3, present: 0 });
      assert.deepEqual(result.tags, { copied: 1, present: 0 });
      assert.deepEqual([...target.fake.blobs.keys()].sort(), [...source.fake.blobs.keys()].sort());
      for (const each of [digest, ...children, ...referrers]) {
        const copy = await target.client.getManifest(TO, each);
        assert.deepEqual(copy?.bytes, (await source.client.getManifest(FROM, each))?.bytes);
        const list = await target.client.listReferrers(TO, each);
        const original = await source.client.listReferrers(FROM, each);
        assert.deepEqual(list.map((r) => r.digest).sort(), original.map((r) => r.digest).sort());
      }
      target.fake.take();
      const again = await copyImage(from, to, "v1.0.0");
      assert.deepEqual(writes(target.fake.take()), []);
      assert.deepEqual(
        [again.manifests, again.referrers, again.tags, again.sentBytes],
        [{ copied: 0, present: 3 }, { copied: 0, present: 3 }, { copied: 0, present: 1 }, 0],
      );
    });
  }

  it("puts blobs before their manifest, images before the index, and tags last", async () => {
    const [source, target] = [await start(LISTS), await start(LISTS)];
    const { digest, children } = await publish(source.client);
    const steps: CopyStep[] = [];
    await copyImage(
      { client: source.client, repository: FROM },
      { client: target.client, repository: TO },
      "v1.0.0",
      { tags: ["v1.0.0", "latest"], report: (step) => steps.push(step) },
    );
    const puts = writes(target.fake.take()).filter((line) => line.includes("/manifests/"));
    const at = (name: string): number => puts.indexOf(`PUT /v2/${TO}/manifests/${name}`);
    for (const child of children) assert.ok(at(child) >= 0 && at(child) < at(digest));
    assert.deepEqual([at("v1.0.0"), at("latest")], [puts.length - 2, puts.length - 1]);
    assert.equal(steps.at(-1)?.name, "latest");
    assert.ok(steps.slice(0, -2).every(({ what }) => what !== "tag"));
  });

  it("mounts within one registry, and sends a layer shared by two services once", async () => {
    const one = await start(LISTS);
    await publish(one.client);
    const here = { client: one.client, repository: FROM };
    one.fake.take();
    const result = await copyImage(here, { client: one.client, repository: TO }, "v1.0.0");
    assert.equal(result.sentBytes, 0);
    assert.ok(!one.fake.take().some((line) => /PUT .*\/blobs\//.test(line)));

    const other = await start(LISTS);
    const known = new Map<string, string>();
    const copyTo = (repository: string) =>
      copyImage(here, { client: other.client, repository }, "v1.0.0", { known });
    const first = await copyTo("x/one");
    assert.ok(first.sentBytes > 0);
    assert.equal((await copyTo("x/two")).sentBytes, 0);
  });

  it("leaves referrers out where it is told to", async () => {
    const [source, target] = [await start(LISTS), await start(LISTS)];
    const { digest } = await publish(source.client);
    await copyImage(
      { client: source.client, repository: FROM },
      { client: target.client, repository: TO },
      digest,
      { referrers: false },
    );
    assert.deepEqual(await target.client.listReferrers(TO, digest), []);
    assert.deepEqual(await target.client.listTags(TO), []);
  });

  it("goes on after an interruption at any request, and sends nothing twice", async () => {
    const source = await start({ referrers: true });
    const { digest } = await publish(source.client);
    const from = { client: source.client, repository: FROM };
    const whole = await start({ referrers: true });
    await copyImage(from, { client: whole.client, repository: TO }, "v1.0.0");
    const total = whole.fake.take().length;
    for (let limit = 1; limit < total; limit += 4) {
      let left = limit;
      const { fake, client } = await start({
        referrers: true,
        intercept: (_request, response) => {
          if (left-- > 0) return false;
          response.writeHead(403).end();
          return true;
        },
      });
      const to = { client, repository: TO };
      await fails(copyImage(from, to, "v1.0.0"), "registry-denied", /does not let/);
      assert.ok(!fake.manifests.has(`${TO}@v1.0.0`));
      fake.options.intercept = () => false;
      const stored = new Set(fake.blobs.keys());
      fake.take();
      assert.equal((await copyImage(from, to, "v1.0.0")).digest, digest);
      const sent = fake.take().filter((line) => /^PUT .*\/blobs\/uploads\//.test(line));
      for (const blob of stored) {
        assert.ok(!sent.some((line) => line.includes(encodeURIComponent(blob))), blob);
      }
      assert.deepEqual(new Set(fake.blobs.keys()), new Set(source.fake.blobs.keys()));
    }
  });

  it("brings back an image that was removed from under its index", async () => {
    const [source, target] = [await start(LISTS), await start(LISTS)];
    const { children } = await publish(source.client);
    const from = { client: source.client, repository: FROM };
    const to = { client: target.client, repository: TO };
    await copyImage(from, to, "v1.0.0");
    const [child = ""] = children;
    target.fake.manifests.delete(`${TO}@${child}`);
    assert.deepEqual((await copyImage(from, to, "v1.0.0")).manifests, { copied: 1, present: 2 });
    assert.ok(target.fake.manifests.has(`${TO}@${child}`));
  });

  it("never moves a version's tag, and copies nothing before it has looked", async () => {
    const [source, target] = [await start(LISTS), await start(LISTS)];
    const { digest } = await publish(source.client);
    const other = await pushTinyImage(target.client, TO, "linux/amd64", "other", "v1.0.0");
    await pushTinyImage(target.client, TO, "linux/amd64", "other", "latest");
    target.fake.take();
    const from = { client: source.client, repository: FROM };
    const to = { client: target.client, repository: TO };
    const both = new RegExp(`${other}[^]*${digest}`);
    await fails(copyImage(from, to, "v1.0.0"), "tag-immutable", both);
    assert.deepEqual(writes(target.fake.take()), []);
    await copyImage(from, to, "v1.0.0", { tags: ["latest"] });
    assert.equal((await target.client.headManifest(TO, "latest"))?.digest, digest);
  });

  it("does not put a version that another one put meanwhile", async () => {
    const [source, target] = [await start(LISTS), await start(LISTS)];
    await publish(source.client);
    const other = Buffer.from('{"schemaVersion":2,"config":{},"layers":[]}');
    target.fake.options.intercept = (request) => {
      if (request.method === "PUT") {
        const stored = { bytes: other, mediaType: OCI_MANIFEST };
        target.fake.manifests.set(`${TO}@v1.0.0`, stored);
      }
      return false;
    };
    await fails(
      copyImage(
        { client: source.client, repository: FROM },
        { client: target.client, repository: TO },
        "v1.0.0",
      ),
      "tag-immutable",
      new RegExp(digestOf(other)),
    );
    assert.deepEqual(target.fake.manifests.get(`${TO}@v1.0.0`)?.bytes, other);
  });

  it("says what the source lacks", async () => {
    const [source, target] = [await start(LISTS), await start(LISTS)];
    const { children } = await publish(source.client);
    const from = { client: source.client, repository: FROM };
    const to = { client: target.client, repository: TO };
    await fails(copyImage(from, to, "v9.9.9"), "image-missing", /`v9\.9\.9` is not in/);
    const [blob = ""] = source.fake.blobs.keys();
    source.fake.blobs.delete(blob);
    await fails(copyImage(from, to, "v1.0.0"), "image-incomplete", new RegExp(blob));
    source.fake.manifests.delete(`${FROM}@${children[1] ?? ""}`);
    await fails(copyImage(from, to, "v1.0.0"), "image-incomplete", /cleaned up/);
    assert.deepEqual(await target.client.listTags(TO), []);
  });

  it("refuses a source that names manifests without end, and one that is two things", async () => {
    const { fake, client } = await start();
    const target = await start();
    const from = { client, repository: FROM };
    const to = { client: target.client, repository: TO };
    let digest = await pushTinyImage(client, FROM, "linux/amd64", "x");
    for (let level = 0; level < 8; level++) {
      const manifests = [{ mediaType: OCI_INDEX, digest, size: 1 }];
      const bytes = Buffer.from(JSON.stringify({ mediaType: OCI_INDEX, manifests }));
      digest = await client.putManifest(FROM, "deep", bytes, OCI_INDEX);
    }
    await fails(copyImage(from, to, "deep"), "image-invalid", /5 levels/);
    const both = { ...fake.manifests.get(`${FROM}@deep`) };
    const image = { config: { digest: digestOf("x"), size: 1 }, layers: [], manifests: [] };
    const stored = { bytes: Buffer.from(JSON.stringify(image)), mediaType: OCI_MANIFEST };
    fake.manifests.set(`${FROM}@both`, { ...both, ...stored });
    await fails(copyImage(from, to, "both"), "image-invalid", /not an image manifest/);
  });
});
