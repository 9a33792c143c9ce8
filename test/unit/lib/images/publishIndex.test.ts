import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import { findBuilt, findTags, lookUpVersion, pushIndex, putTags } from "../../../../lib/images";
import { DOCKER_LIST, OCI_INDEX, RegistryClient } from "../../../../lib/oci";
import type { ImageIndexInputs, PlatformImage } from "../../../../lib/resources/imageIndex";
import { FakeRegistry } from "../oci/fakeRegistry";
import { publishIndex } from "./publish";
import { pushTinyImage, wrapWithAttestation } from "./tinyImage";

const REPOSITORY = "bot-core/web";
const SHA = "0123456789abcdef0123456789abcdef01234567";
const FAST = { retries: 0, timeoutMs: 2000 };

describe("pushIndex and putTags", () => {
  let fake: FakeRegistry;
  let client: RegistryClient;
  let images: PlatformImage[];

  beforeEach(async () => {
    fake = await FakeRegistry.start();
    client = new RegistryClient(fake.endpoint, undefined, FAST);
    images = await pushBoth("one");
    fake.take();
  });
  afterEach(() => fake.stop());

  async function pushBoth(content: string): Promise<PlatformImage[]> {
    const platforms = ["linux/arm64", "linux/amd64"];
    return Promise.all(
      platforms.map(async (platform) => ({
        platform,
        digest: await pushTinyImage(client, REPOSITORY, platform, content),
      })),
    );
  }
  const inputs = (changes: Partial<ImageIndexInputs> = {}): ImageIndexInputs => ({
    registry: {
      endpoint: fake.endpoint,
      push: { kind: "anonymous" },
      pull: { kind: "anonymous" },
    },
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
      url: "https://github.com/owner/bot-core",
    },
    licenses: "MIT",
    ...changes,
  });
  const puts = (): string[] =>
    fake
      .take()
      .filter((line) => line.startsWith("PUT"))
      .map((line) => line.split("/").at(-1) ?? "");
  const digestOfTag = async (tag: string): Promise<string | undefined> =>
    (await client.headManifest(REPOSITORY, tag))?.digest;
  const fails = (work: Promise<unknown>, code: string, words: RegExp): Promise<void> =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      return true;
    });

  it("puts the commit's tags, then the floating ones, then VERSION, on one annotated index", async () => {
    const outputs = await publishIndex(client, inputs());
    const order = ["0123456789ab", "main-0123456789ab", "v1.0", "v1", "latest", "main", "v1.0.0"];
    assert.deepEqual(puts(), order);
    assert.deepEqual(outputs.tags, [...order].sort());
    const manifest = (await client.getManifest(REPOSITORY, "latest"))!;
    assert.equal(manifest.digest, outputs.digest);
    assert.equal(manifest.mediaType, OCI_INDEX);
    const index = JSON.parse(manifest.bytes.toString()) as {
      manifests: { platform: unknown }[];
      annotations: unknown;
    };
    assert.deepEqual(
      index.manifests.map(({ platform }) => platform),
      [
        { architecture: "amd64", os: "linux" },
        { architecture: "arm64", os: "linux" },
      ],
    );
    assert.deepEqual(index.annotations, {
      "io.bot-core.inputs": "1".repeat(64),
      "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
      "org.opencontainers.image.licenses": "MIT",
      "org.opencontainers.image.revision": SHA,
      "org.opencontainers.image.source": "https://github.com/owner/bot-core",
      "org.opencontainers.image.title": "web",
      "org.opencontainers.image.url": "https://github.com/owner/bot-core",
      "org.opencontainers.image.version": "v1.0.0",
    });
  });

  it("is looked up with its platforms, inputs, revision and size", async () => {
    const { digest, sizeBytes } = await publishIndex(client, inputs());
    fake.take();
    assert.deepEqual(await lookUpVersion(client, REPOSITORY, "v1.0.0"), {
      digest,
      platforms: [...images].sort((a, b) => (a.platform < b.platform ? -1 : 1)),
      inputsDigest: "1".repeat(64),
      revision: SHA,
      version: "v1.0.0",
      sizeBytes,
    });
    assert.ok(fake.take().every((line) => !line.includes("/blobs/")));
    assert.equal(await lookUpVersion(client, REPOSITORY, "v9.0.0"), undefined);
    assert.equal(await lookUpVersion(client, "bot-core/none", "v1.0.0"), undefined);
    const sizes = [...fake.blobs.values()].reduce((sum, blob) => sum + blob.length, 0);
    assert.equal(sizeBytes, sizes);
  });

  it("finds the tags of a published version again", async () => {
    await publishIndex(client, inputs());
    await publishIndex(client, inputs({ version: "v1.0.1", images: await pushBoth("two") }));
    const tagsOf = async (version: string): Promise<string[]> => {
      const published = (await lookUpVersion(client, REPOSITORY, version))!;
      return findTags(client, REPOSITORY, version, published);
    };
    assert.deepEqual(await tagsOf("v1.0.0"), ["0123456789ab", "v1.0.0"]);
    assert.deepEqual(await tagsOf("v1.0.1"), ["latest", "v1", "v1.0", "v1.0.1"]);
    assert.deepEqual(await tagsOf("main"), ["latest", "main", "v1", "v1.0", "v1.0.1"]);
  });

  it("puts nothing the second time and gives the same digest", async () => {
    const first = await publishIndex(client, inputs());
    fake.take();
    const reversed = inputs({ images: [...images].reverse() });
    assert.deepEqual(await publishIndex(client, reversed), { ...first, images: reversed.images });
    assert.deepEqual(puts(), []);
  });

  it("never moves VERSION to other images, and names both", async () => {
    const { digest } = await publishIndex(client, inputs());
    fake.take();
    const others = inputs({ images: await pushBoth("two") });
    fake.take();
    await fails(
      publishIndex(client, others),
      "tag-immutable",
      new RegExp(`published: ${digest} from ${SHA}[^]*this run: {2}sha256:[^]*new version`),
    );
    assert.deepEqual(puts(), []);
    assert.equal(await digestOfTag("latest"), digest);
  });

  it("takes the published index where only annotations differ", async () => {
    const first = await publishIndex(client, inputs());
    fake.take();
    const later = inputs({ source: { ...inputs().source, revision: "f".repeat(40) } });
    const outputs = await publishIndex(client, later);
    assert.equal(outputs.digest, first.digest);
    assert.deepEqual(puts(), ["ffffffffffff", "main-ffffffffffff"]);
  });

  it("lets the first index of a commit keep its sha tags", async () => {
    const first = await publishIndex(client, inputs());
    const outputs = await publishIndex(
      client,
      inputs({ version: "v1.1.0", images: await pushBoth("two") }),
    );
    assert.equal(await digestOfTag("0123456789ab"), first.digest);
    assert.equal(await digestOfTag("v1.1.0"), outputs.digest);
    assert.deepEqual(outputs.tags, ["latest", "main", "v1", "v1.1", "v1.1.0"]);
  });

  it("moves a movable version, and leaves it where nothing changed", async () => {
    const dev = inputs({ version: "dev" });
    const first = await publishIndex(client, dev);
    const later = { ...dev, source: { ...dev.source, revision: "f".repeat(40) } };
    assert.equal((await publishIndex(client, later)).digest, first.digest);
    const changed = { ...later, images: await pushBoth("two"), inputsDigest: "2".repeat(64) };
    const second = await publishIndex(client, changed);
    assert.notEqual(second.digest, first.digest);
    assert.equal(await digestOfTag("dev"), second.digest);
  });

  it("takes no floating tag from a higher release", async () => {
    const high = await publishIndex(client, inputs({ version: "v1.2.0" }));
    await publishIndex(client, inputs({ version: "v1.1.9", images: await pushBoth("two") }));
    assert.equal(await digestOfTag("latest"), high.digest);
    assert.equal(await digestOfTag("v1"), high.digest);
    assert.notEqual(await digestOfTag("v1.1"), undefined);
  });

  it("takes no alias from a higher release whose own tag was cleaned up", async () => {
    const high = await publishIndex(client, inputs({ version: "v1.2.0" }));
    fake.manifests.delete(`${REPOSITORY}@v1.2.0`);
    await publishIndex(client, inputs({ version: "v1.1.9", images: await pushBoth("two") }));
    assert.equal(await digestOfTag("v1"), high.digest);
    assert.equal(await digestOfTag("latest"), high.digest);
    assert.notEqual(await digestOfTag("v1.1"), undefined);
  });

  it("puts neither VERSION nor floating tags when the gate before them throws", async () => {
    const beforeVersion = async (digest: string): Promise<void> => {
      assert.notEqual(await client.headManifest(REPOSITORY, digest), undefined);
      throw new Error("not signed");
    };
    await assert.rejects(publishIndex(client, inputs(), { beforeVersion }), /not signed/);
    assert.deepEqual(puts(), ["0123456789ab", "main-0123456789ab"]);
    fake.take();
    const plain = inputs({ source: { isDefaultBranch: false, dirty: false } });
    await assert.rejects(publishIndex(client, plain, { beforeVersion }), /not signed/);
    assert.match(puts().join(), /^sha256:[0-9a-f]{64}$/);
    assert.equal(await digestOfTag("v1.0.0"), undefined);
  });

  it("does not overwrite a VERSION that was taken while the gate ran", async () => {
    const others = inputs({ images: await pushBoth("two") });
    const beforeVersion = async (): Promise<void> => {
      await publishIndex(client, others);
    };
    await fails(publishIndex(client, inputs(), { beforeVersion }), "tag-immutable", /other images/);
  });

  it("leaves it to the next run where the same images were published while the gate ran", async () => {
    const later = inputs({ source: { ...inputs().source, revision: "f".repeat(40) } });
    let digest = "";
    const beforeVersion = async (): Promise<void> => {
      ({ digest } = await publishIndex(client, later));
    };
    await fails(
      publishIndex(client, inputs(), { beforeVersion }),
      "tag-taken",
      /v1\.0\.0` was published by another run meanwhile, with the same images, as sha256:\w+; run again/,
    );
    assert.equal(await digestOfTag("v1.0.0"), digest);
    assert.equal(await digestOfTag("latest"), digest);
  });

  it("does not overwrite a VERSION that was taken while the other tags moved", async () => {
    const others = inputs({ images: await pushBoth("two") });
    let taken = false;
    fake.options = {
      intercept: ({ method, url = "" }) => {
        if (method === "PUT" && url.endsWith("/latest") && !taken) {
          taken = true;
          // What another run puts, between two requests of this one.
          const theirs = fake.manifests.get(`${REPOSITORY}@${others.images[0]!.digest}`)!;
          fake.manifests.set(`${REPOSITORY}@v1.0.0`, theirs);
        }
        return false;
      },
    };
    await fails(publishIndex(client, inputs()), "tag-immutable", /other images/);
    assert.equal(await digestOfTag("v1.0.0"), others.images[0]!.digest);
  });

  for (const broken of ["v1.0", "latest", "v1.0.0"]) {
    it(`is not published while \`${broken}\` cannot be put, and puts the missing tags the next time`, async () => {
      fake.options = {
        intercept: ({ method, url = "" }, response) => {
          if (method !== "PUT" || !url.endsWith(`/${broken}`)) return false;
          response.writeHead(500).end();
          return true;
        },
      };
      await assert.rejects(publishIndex(client, inputs()));
      assert.equal(await lookUpVersion(client, REPOSITORY, "v1.0.0"), undefined);
      fake.options = {};
      const { digest } = await publishIndex(client, inputs());
      for (const tag of ["v1.0.0", "v1.0", "v1", "latest", "main"]) {
        assert.equal(await digestOfTag(tag), digest, tag);
      }
    });
  }

  it("publishes no index that is gone", async () => {
    const { digest } = await pushIndex(client, inputs());
    fake.manifests.delete(`${REPOSITORY}@${digest}`);
    await fails(
      putTags(client, { ...inputs(), digest, keepLocalTags: [] }),
      "image-incomplete",
      /is not in the registry any more; `pulumi up --refresh` makes it again/,
    );
  });

  it("takes no floating tag from a higher release that came while the gate ran", async () => {
    const higher = inputs({ version: "v1.1.0", images: await pushBoth("two") });
    let digest = "";
    const beforeVersion = async (): Promise<void> => {
      ({ digest } = await publishIndex(client, higher));
    };
    const { tags } = await publishIndex(client, inputs(), { beforeVersion });
    assert.deepEqual(tags, ["0123456789ab", "main", "main-0123456789ab", "v1.0", "v1.0.0"]);
    assert.equal(await digestOfTag("latest"), digest);
    assert.equal(await digestOfTag("v1"), digest);
  });

  it("flattens an image that is itself an index with an attestation", async () => {
    const wrapped = await Promise.all(
      images.map(async ({ platform, digest }) => ({
        platform,
        digest: await wrapWithAttestation(client, REPOSITORY, platform, digest),
      })),
    );
    const alone = await lookUpVersion(client, REPOSITORY, "wrapped-arm64");
    assert.deepEqual(alone?.platforms, [images[0]]);
    await publishIndex(client, inputs({ images: wrapped }));
    const published = await lookUpVersion(client, REPOSITORY, "v1.0.0");
    assert.deepEqual(
      published?.platforms.map(({ digest }) => digest).sort(),
      images.map(({ digest }) => digest).sort(),
    );
  });

  it("refuses a missing image, one of another platform, and two of one", async () => {
    const [arm64, amd64] = images as [PlatformImage, PlatformImage];
    const missing = { platform: "linux/amd64", digest: `sha256:${"0".repeat(64)}` };
    await fails(
      publishIndex(client, inputs({ images: [arm64, missing] })),
      "image-incomplete",
      /sha256:0{64}` for linux\/amd64 is not in the registry/,
    );
    const swapped = { platform: "linux/amd64", digest: arm64.digest };
    await fails(
      publishIndex(client, inputs({ images: [swapped] })),
      "image-platform",
      /given for linux\/amd64 and is for linux\/arm64/,
    );
    await fails(
      publishIndex(client, inputs({ images: [amd64, amd64] })),
      "index-invalid",
      /two images of `linux\/amd64`/,
    );
    await fails(publishIndex(client, inputs({ images: [] })), "index-invalid", /no image/);
    assert.deepEqual(puts(), []);
  });

  it("looks up what others published: a single image, and a broken index", async () => {
    await pushTinyImage(client, REPOSITORY, "linux/arm/v7", "single", "v0.1.0");
    const single = await lookUpVersion(client, REPOSITORY, "v0.1.0");
    assert.deepEqual(
      single?.platforms.map(({ platform }) => platform),
      ["linux/arm/v7"],
    );
    assert.equal(single.inputsDigest, undefined);
    await publishIndex(client, inputs());
    fake.manifests.delete(`${REPOSITORY}@${images[0]!.digest}`);
    const lost = new RegExp(`${images[0]!.digest} is not in the registry`);
    await fails(lookUpVersion(client, REPOSITORY, "v1.0.0"), "image-incomplete", lost);
    await client.putManifest(REPOSITORY, "junk", Buffer.from('{"manifests":3}'), DOCKER_LIST);
    await fails(lookUpVersion(client, REPOSITORY, "junk"), "image-invalid", /manifests/);
  });

  it("finds an image that was built before", async () => {
    assert.equal(await findBuilt(client, REPOSITORY, "pb-one-arm64"), images[0]!.digest);
    assert.equal(await findBuilt(client, REPOSITORY, "pb-two-arm64"), undefined);
  });
});
