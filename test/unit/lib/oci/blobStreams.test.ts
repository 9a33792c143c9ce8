import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { buffer } from "node:stream/consumers";
import { type BlobDescriptor, RegistryClient, digestOf } from "../../../../lib/oci";
import { FAST, failure } from "./clientFixture";
import { type FakeOptions, FakeRegistry } from "./fakeRegistry";

const MIB = 1024 * 1024;
const descriptorOf = (bytes: Buffer): BlobDescriptor => ({
  digest: digestOf(bytes),
  size: bytes.length,
});

describe("RegistryClient: streamed blobs", () => {
  let fake: FakeRegistry;
  const start = async (options: FakeOptions = {}): Promise<RegistryClient> => {
    fake = await FakeRegistry.start(options);
    return new RegistryClient(fake.endpoint, undefined, FAST);
  };
  afterEach(() => fake.stop());

  const upload = (client: RegistryClient, bytes: Buffer): Promise<void> =>
    client.putBlobStream("a/b", descriptorOf(bytes), (consume) => consume(Readable.from([bytes])));

  /** What the stream gave, whether it ended well or not. */
  async function read(client: RegistryClient, blob: BlobDescriptor) {
    let bytes: Buffer | undefined;
    const found = await client.getBlobStream("a/b", blob, async (stream) => {
      bytes = await buffer(stream);
    });
    return { found, bytes };
  }

  it("uploads in one PUT and reads the same bytes back", async () => {
    const client = await start();
    for (const bytes of [randomBytes(3 * MIB), Buffer.alloc(0), Buffer.from("x")]) {
      fake.take();
      await upload(client, bytes);
      assert.deepEqual(
        fake.take().map((line) => line.split(" ")[0]),
        ["POST", "PUT"],
      );
      assert.deepEqual(await read(client, descriptorOf(bytes)), { found: true, bytes });
    }
    assert.equal(fake.uploads.size, 0);
  });

  it("says that there is no such blob", async () => {
    const client = await start();
    const missing = descriptorOf(Buffer.from("missing"));
    assert.deepEqual(await read(client, missing), { found: false, bytes: undefined });
  });

  it("sends in pieces what a registry finds too large in one", async () => {
    const client = await start({ maxBody: 9 * MIB });
    const bytes = randomBytes(20 * MIB);
    await upload(client, bytes);
    assert.deepEqual(fake.blobs.get(digestOf(bytes)), bytes);
    const patches = fake.take().filter((line) => line.startsWith("PATCH"));
    assert.equal(patches.length, 3);
  });

  it("gives up where even the pieces are too large", async () => {
    const client = await start({ maxBody: MIB });
    const message = await failure(upload(client, randomBytes(2 * MIB)), "registry-answer");
    assert.match(message, /status 413/);
    assert.equal(fake.take().filter((line) => line.startsWith("PATCH")).length, 1);
  });

  it("begins a broken upload again, with the content from its start", async () => {
    let broken = 2;
    const client = await start({
      intercept: (request, response) => {
        if (request.method !== "PUT" || broken-- <= 0) return false;
        request.once("data", () => response.destroy());
        return true;
      },
    });
    const bytes = randomBytes(2 * MIB);
    await upload(client, bytes);
    assert.deepEqual(fake.blobs.get(digestOf(bytes)), bytes);
    assert.equal(fake.take().filter((line) => line.startsWith("POST")).length, 3);
    broken = 99;
    await failure(upload(client, randomBytes(MIB)), "registry-unreachable");
  });

  it("begins again with a new login where the token ended on the way", async () => {
    let refuse = true;
    const client = await start({
      intercept: (request, response) => {
        if (request.method !== "PUT" || !refuse) return false;
        refuse = false;
        request.resume().once("end", () => response.writeHead(401).end());
        return true;
      },
    });
    await upload(client, Buffer.from("again"));
    assert.equal(fake.blobs.size, 1);
  });

  it("keeps the last piece of wrong content back", async () => {
    const client = await start();
    const bytes = randomBytes(MIB);
    await upload(client, bytes);
    fake.blobs.set(digestOf(bytes), Buffer.concat([bytes.subarray(1), Buffer.from("x")]));
    let seen = 0;
    const consume = async (stream: Readable): Promise<void> => {
      for await (const chunk of stream as AsyncIterable<Buffer>) seen += chunk.length;
    };
    const reading = client.getBlobStream("a/b", descriptorOf(bytes), consume);
    assert.match(await failure(reading, "registry-answer"), /not that of sha256:/);
    assert.ok(seen < bytes.length, `${seen} bytes`);
  });

  it("stops at the size that it was told, and finds content that ends early", async () => {
    const client = await start();
    const bytes = randomBytes(MIB);
    await upload(client, bytes);
    const { digest } = descriptorOf(bytes);
    const longer = read(client, { digest, size: 1000 });
    assert.match(await failure(longer, "registry-answer"), /longer than its 1000 bytes/);
    const shorter = read(client, { digest, size: MIB + 1 });
    assert.match(await failure(shorter, "registry-answer"), /ends after 1048576 of 1048577 bytes/);
  });

  it("keeps memory flat while a large blob passes", async function () {
    this.timeout(30_000);
    const total = 256 * MIB;
    const client = await start({
      intercept: (request, response) => {
        if (request.method !== "GET") return false;
        response.writeHead(200, { "content-length": total });
        Readable.from(zeros(total)).pipe(response);
        return true;
      },
    });
    const digest = "sha256:a6d72ac7690f53be6ae46ba88506bd97302a093f7108472bd9efc3cefda06484";
    let most = 0;
    const before = process.memoryUsage().rss;
    await client.getBlobStream("a/b", { digest, size: total }, async (stream) => {
      stream.on("data", () => {
        most = Math.max(most, process.memoryUsage().rss - before);
      });
      await finished(stream);
    });
    assert.ok(most < 128 * MIB, `${most} bytes more`);
  });

  it("ends a stream that stands still", async () => {
    await start({
      intercept: (_request, response) => {
        response.writeHead(200).write("begun");
        return true;
      },
    });
    const hasty = new RegistryClient(fake.endpoint, undefined, { retries: 0, timeoutMs: 50 });
    const blob = { digest: digestOf("x"), size: 2000 };
    const message = await failure(read(hasty, blob), "registry-unreachable");
    assert.match(message, /nothing was sent for 0\.2 s|within 0\.\d+ s/);
  });

  it("mounts from another repository where the registry can", async () => {
    const client = await start({ mounts: true });
    const bytes = Buffer.from("layer");
    await upload(client, bytes);
    assert.equal(await client.hasBlob("c/d", digestOf(bytes)), false);
    assert.equal(await client.mountBlob("c/d", digestOf(bytes), "a/b"), true);
    assert.equal(await client.hasBlob("c/d", digestOf(bytes)), true);
  });
});

function* zeros(total: number): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024);
  for (let sent = 0; sent < total; sent += piece.length) yield piece;
}
