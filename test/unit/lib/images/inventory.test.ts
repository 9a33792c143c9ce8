import assert from "node:assert/strict";
import { factsReader, readGraph } from "../../../../lib/images/inventory";
import { dateFrom, factsOf } from "../../../../lib/images/inventoryFacts";
import { readVersions } from "../../../../lib/images/inventoryVersions";
import { digestOf, OCI_INDEX, OCI_MANIFEST, RegistryClient } from "../../../../lib/oci";
import type { RegistryContents } from "../../../../lib/registries/contents";
import { privateContents } from "../../../../lib/registries/private/contents";
import { FAST, failure } from "../oci/clientFixture";
import { FakeRegistry } from "../oci/fakeRegistry";
import { pushTinyImage } from "./tinyImage";

const REPOSITORY = "shop/web";
const CREATED = "org.opencontainers.image.created";

describe("inventory of a repository", () => {
  let fake: FakeRegistry;
  let client: RegistryClient;
  const open = (contents?: RegistryContents) => {
    const reader = factsReader(client);
    const credentials = () => Promise.resolve(undefined);
    return {
      client,
      reader,
      contents: contents ?? privateContents({ client, reader, credentials }),
    };
  };
  beforeEach(async () => {
    fake = await FakeRegistry.start();
    client = new RegistryClient(fake.endpoint, undefined, FAST);
  });
  afterEach(() => fake.stop());

  async function put(
    reference: string | undefined,
    body: object,
    mediaType: string,
  ): Promise<string> {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...body }));
    return client.putManifest(REPOSITORY, reference ?? digestOf(bytes), bytes, mediaType);
  }
  const entry = (digest: string, architecture?: string) => ({
    mediaType: OCI_MANIFEST,
    digest,
    size: 1,
    ...(architecture === undefined ? {} : { platform: { os: "linux", architecture } }),
  });

  it("follows children, subjects and fallback tags to what has no tag", async () => {
    const image = await pushTinyImage(client, REPOSITORY, "linux/amd64", "one", "gone");
    const index = await put("v1.0.0", { manifests: [entry(image, "amd64")] }, OCI_INDEX);
    fake.manifests.delete(`${REPOSITORY}@gone`);
    const signature = await put(undefined, { layers: [], subject: entry(index) }, OCI_MANIFEST);
    const list = await put(index.replace(":", "-"), { manifests: [entry(signature)] }, OCI_INDEX);
    const deployed = await put(undefined, { layers: [], deployed: true }, OCI_MANIFEST);
    const graph = await readGraph(open(), REPOSITORY, [deployed]);
    assert.deepEqual(
      [...graph.manifests.keys()].sort(),
      [image, index, signature, list, deployed].sort(),
    );
    assert.deepEqual(graph.manifests.get(index)?.children, [image]);
    assert.equal(graph.manifests.get(signature)?.subject, index);
    assert.equal(graph.complete, false);
  });

  it("takes dates from the push, the annotation and the configuration, in this order", async () => {
    const config = Buffer.from('{"created":"2026-03-01T00:00:00Z"}');
    const layer = { config: entry(await client.putBlob(REPOSITORY, config)), layers: [] };
    const plain = await put("a", layer, OCI_MANIFEST);
    const annotations = { [CREATED]: "2026-02-01T00:00:00Z" };
    const annotated = await put("b", { ...layer, annotations }, OCI_MANIFEST);
    const none = await put("c", { layers: [] }, OCI_MANIFEST);
    const { manifests } = await readGraph(open(), REPOSITORY);
    const date = (digest: string): string =>
      new Date(manifests.get(digest)?.date ?? 0).toISOString().slice(0, 10);
    assert.deepEqual([plain, annotated, none].map(date), [
      "2026-03-01",
      "2026-02-01",
      "1970-01-01",
    ]);
    assert.equal(manifests.get(none)?.date, undefined);
    const pushed = "2026-01-01T00:00:00Z";
    const listed = [{ digest: annotated, tags: ["b"], pushed }];
    const contents = {
      ...open().contents,
      list: () => Promise.resolve({ manifests: listed, complete: true }),
    };
    const other = await readGraph(open(contents), REPOSITORY);
    assert.equal(other.manifests.get(annotated)?.date, Date.parse(pushed));
  });

  it("asks for each tag once, and for nothing twice", async () => {
    const image = await pushTinyImage(
      client,
      REPOSITORY,
      "linux/amd64",
      "one",
      "pb-000000000001-amd64",
    );
    const annotations = { [CREATED]: "2026-02-01T00:00:00Z" };
    for (const version of ["v1.0.0", "v1.1.0", "v1.2.0"]) {
      const own = { ...annotations, version };
      await put(version, { manifests: [entry(image, "amd64")], annotations: own }, OCI_INDEX);
    }
    fake.take();
    await readGraph(open(), REPOSITORY);
    // The list, four tags; the image has its date by what names it.
    assert.equal(fake.take().length, 5);
    const versions = await readVersions(open(), REPOSITORY);
    assert.deepEqual(
      versions.map(({ version }) => version),
      ["v1.2.0", "v1.1.0", "v1.0.0"],
    );
    // The list, three versions, one image; no build, commit or signature.
    assert.equal(fake.take().length, 5);
  });

  it("pulls nothing where the list tells what is behind a tag", async () => {
    const [one, two] = [digestOf(Buffer.from("1")), digestOf(Buffer.from("2"))];
    const images = [
      { digest: two, platform: "linux/amd64", size: 7 },
      { digest: digestOf(Buffer.from("3")), platform: "unknown/unknown", size: 1 },
    ];
    const stored = { digest: one, tags: ["v1.0.0"], pushed: "2026-01-01T00:00:00Z", images };
    const contents = {
      ...open().contents,
      list: () => Promise.resolve({ manifests: [stored], complete: false }),
    };
    const { manifests } = await readGraph(open(contents), REPOSITORY);
    assert.deepEqual([...manifests.keys()], [one]);
    const [version] = await readVersions(open(contents), REPOSITORY);
    assert.deepEqual(version?.platforms, [{ platform: "linux/amd64", digest: two }]);
    assert.deepEqual(fake.take(), []);
  });

  it("decides nothing about what cannot be read", async () => {
    const broken = Buffer.from("no manifest");
    await client.putManifest(REPOSITORY, "broken", broken, OCI_INDEX);
    const words = await failure(readGraph(open(), REPOSITORY), "image-invalid");
    assert.match(words, new RegExp(digestOf(broken)));
    const listed = [{ digest: digestOf(Buffer.from("x")), tags: [] }];
    const contents = {
      ...open().contents,
      list: () => Promise.resolve({ manifests: listed, complete: true }),
    };
    await failure(readGraph(open(contents), REPOSITORY), "inventory-changed");
  });

  it("takes an index without entries for broken, and dates before Docker for none", () => {
    const bytes = Buffer.from('{"schemaVersion":2}');
    assert.throws(
      () => factsOf({ bytes, digest: "d", mediaType: OCI_INDEX, size: 1 }),
      /cannot|nobody can tell/,
    );
    assert.equal(dateFrom("1970-01-01T00:00:00Z"), undefined);
    assert.equal(dateFrom("0001-01-01T00:00:00Z"), undefined);
    assert.equal(dateFrom("soon"), undefined);
    assert.equal(dateFrom("2026-01-01T00:00:00Z"), Date.parse("2026-01-01T00:00:00Z"));
  });
});
