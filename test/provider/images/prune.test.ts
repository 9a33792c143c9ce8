import assert from "node:assert/strict";
import { findDockerCli } from "../../../dev/dockerCli";
import {
  REGISTRY_CONTAINER,
  type TestRegistry,
  startTestRegistry,
} from "../../../dev/localRegistry";
import { skip } from "../../../dev/skip";
import { EVERYTHING, tokenUser } from "../../../dev/tokenServer/access";
import { factsReader, type InventorySources, readGraph } from "../../../lib/images/inventory";
import { readVersions } from "../../../lib/images/inventoryVersions";
import { digestOf, OCI_INDEX, OCI_MANIFEST, RegistryClient } from "../../../lib/oci";
import { run } from "../../../lib/process/run";
import { privateContents } from "../../../lib/registries/private/contents";
import {
  applyRemovals,
  type Hands,
  planRetention,
  type RetentionPlan,
} from "../../../lib/retention";
import { pushTinyImage } from "../../unit/lib/images/tinyImage";

const PORT = 15_771;
const REPOSITORY = "prune-test/web";
const LOGIN = { username: "push", password: "push-pw-4471" };
const SETTINGS = { keepVersions: 1, untaggedDays: 14, prDays: 7, deleteOnDestroy: false };
const OLD = "2026-01-01T00:00:00Z";
const NOW = Date.parse("2026-06-01T00:00:00Z");
const NOTHING = { digests: new Map<string, string>(), versions: new Map<string, string>() };

describe("pruning a real registry", function () {
  this.timeout(60_000);
  let registry: TestRegistry | undefined;
  let sources: InventorySources;

  before(async function () {
    const docker = (await findDockerCli()) ?? "";
    const up = docker !== "" && (await run(docker, ["inspect", REGISTRY_CONTAINER])).code === 0;
    if (!up) skip(this, `the dev registry ${REGISTRY_CONTAINER} is not set up`);
    registry = await startTestRegistry({
      name: "prune-test-registry",
      port: PORT,
      users: [tokenUser(LOGIN.username, LOGIN.password, EVERYTHING)],
    });
  });
  after(async () => {
    await registry?.close();
  });
  beforeEach(() => {
    const client = new RegistryClient({ server: `localhost:${PORT}`, insecure: true }, LOGIN);
    const reader = factsReader(client);
    const credentials = () => Promise.resolve(LOGIN);
    sources = { client, reader, contents: privateContents({ client, reader, credentials }) };
  });

  /** An index of these images, dated as a release dates it. */
  async function putIndex(
    tag: string,
    children: readonly string[],
    created = OLD,
  ): Promise<string> {
    const manifests = await Promise.all(
      children.map(async (digest, at) => {
        const size = (await sources.client.headManifest(REPOSITORY, digest))?.size;
        const architecture = ["amd64", "arm64"][at];
        return { mediaType: OCI_MANIFEST, digest, size, platform: { os: "linux", architecture } };
      }),
    );
    const annotations = { "org.opencontainers.image.created": created, tag };
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations };
    const bytes = Buffer.from(JSON.stringify(index));
    return sources.client.putManifest(REPOSITORY, tag, bytes, OCI_INDEX);
  }

  /** A signature under its subject's fallback tag, as cosign puts it where there is no referrers API. */
  async function sign(digest: string): Promise<string> {
    const empty = Buffer.from("{}");
    const config = {
      mediaType: "application/vnd.oci.empty.v1+json",
      digest: await sources.client.putBlob(REPOSITORY, empty),
      size: empty.length,
    };
    const subject = { mediaType: OCI_INDEX, digest, size: 1 };
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: "x/sig",
      config,
      layers: [config],
      subject,
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    const signature = await sources.client.putManifest(
      REPOSITORY,
      digestOf(bytes),
      bytes,
      OCI_MANIFEST,
    );
    const list = {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ mediaType: OCI_MANIFEST, digest: signature, size: bytes.length }],
    };
    await sources.client.putManifest(
      REPOSITORY,
      digest.replace(":", "-"),
      Buffer.from(JSON.stringify(list)),
      OCI_INDEX,
    );
    return signature;
  }

  async function plan(): Promise<RetentionPlan> {
    return planRetention(await readGraph(sources, REPOSITORY), SETTINGS, NOTHING, NOW);
  }

  function hands(from: RetentionPlan): Hands {
    const { client, contents } = sources;
    return {
      contents,
      resolve: async (repository, tag) => (await client.headManifest(repository, tag))?.digest,
      isThere: async (repository, digest) =>
        (await client.headManifest(repository, digest)) !== undefined,
      listTags: (repository) => client.listTags(repository),
      plannedTags: new Map([
        [REPOSITORY, new Set([...from.graph.manifests.values()].flatMap(({ tags }) => tags))],
      ]),
    };
  }

  it("removes an old version with its parts and signatures, and nothing that the new one shares", async () => {
    const [own, shared] = [
      await pushTinyImage(
        sources.client,
        REPOSITORY,
        "linux/amd64",
        "own",
        "pb-000000000001-amd64",
      ),
      await pushTinyImage(
        sources.client,
        REPOSITORY,
        "linux/arm64",
        "shared",
        "pb-000000000002-arm64",
      ),
    ];
    const old = await putIndex("v1.0.0", [own, shared]);
    const next = await pushTinyImage(
      sources.client,
      REPOSITORY,
      "linux/amd64",
      "next",
      "pb-000000000003-amd64",
    );
    const kept = await putIndex("v1.1.0", [next, shared]);
    await sources.client.putManifest(
      REPOSITORY,
      "latest",
      (await sources.client.getManifest(REPOSITORY, kept))?.bytes ?? Buffer.from(""),
      OCI_INDEX,
    );
    const [oldSignature, signature] = [await sign(old), await sign(kept)];

    const versions = await readVersions(sources, REPOSITORY);
    assert.deepEqual(
      versions
        .slice(0, 2)
        .map(({ version, tags, digest, created, platforms }) => [
          version,
          tags,
          digest,
          created,
          platforms.length,
        ]),
      [
        ["v1.1.0", ["latest"], kept, "2026-01-01T00:00:00.000Z", 2],
        ["v1.0.0", [], old, "2026-01-01T00:00:00.000Z", 2],
      ],
    );

    const first = await plan();
    const { removed, surprise } = await applyRemovals(first.removals, hands(first));
    assert.equal(surprise, undefined);
    assert.equal(removed[0]?.digest, old);
    const left = (await sources.client.listTags(REPOSITORY)).sort();
    assert.ok(
      left.includes("v1.1.0") && left.includes("latest") && left.includes(kept.replace(":", "-")),
    );
    assert.ok(!left.includes("v1.0.0") && !left.includes("pb-000000000001-amd64"));
    for (const tag of left) assert.ok(await sources.client.headManifest(REPOSITORY, tag), tag);
    for (const digest of [kept, next, shared, signature]) {
      assert.ok(await sources.client.headManifest(REPOSITORY, digest), digest);
    }
    for (const digest of [own, oldSignature]) {
      assert.equal(await sources.client.headManifest(REPOSITORY, digest), undefined);
    }
    assert.deepEqual((await plan()).removals, []);
  });

  it("lets a push meanwhile win: a moved tag and a new one", async () => {
    const image = await pushTinyImage(
      sources.client,
      REPOSITORY,
      "linux/amd64",
      "third",
      "pb-000000000004-amd64",
    );
    const old = await putIndex("v0.5.0", [image]);
    const first = await plan();
    assert.ok(first.removals.some(({ digest }) => digest === old));
    await putIndex("v0.5.0", [image], "2026-05-31T00:00:00Z");
    const moved = await applyRemovals(first.removals, hands(first));
    assert.match(moved.surprise ?? "", /tag `v0\.5\.0` of `prune-test\/web` moved to sha256:/);
    assert.deepEqual(moved.removed, []);

    const second = await plan();
    await pushTinyImage(sources.client, REPOSITORY, "linux/amd64", "fourth", "v9.0.0");
    const added = await applyRemovals([...second.removals, ...first.removals], hands(second));
    assert.match(added.surprise ?? "", /tag `v9\.0\.0` came to `prune-test\/web`/);
    assert.deepEqual(added.removed, []);
  });

  it("takes what is gone already for removed", async () => {
    const image = await pushTinyImage(
      sources.client,
      REPOSITORY,
      "linux/amd64",
      "gone",
      "pb-000000000005-amd64",
    );
    await putIndex("v0.4.0", [image]);
    const first = await plan();
    await sources.client.deleteManifest(REPOSITORY, first.removals[0]?.digest ?? "");
    const { removed, surprise } = await applyRemovals(first.removals, hands(first));
    assert.equal(surprise, undefined);
    assert.equal(removed.length, first.removals.length);
    assert.ok(removed.length >= 2);
  });
});
