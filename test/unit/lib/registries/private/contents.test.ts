import assert from "node:assert/strict";
import { digestOf, OCI_MANIFEST, RegistryClient } from "../../../../../lib/oci";
import { ManifestReader } from "../../../../../lib/registries/contents/manifestReader";
import { privateContents } from "../../../../../lib/registries/private/contents";
import { FAST, failure } from "../../oci/clientFixture";
import { FakeRegistry } from "../../oci/fakeRegistry";

const REPOSITORY = "shop/web";

describe("contents of a registry that has the specification alone", () => {
  let fake: FakeRegistry;
  const open = () => {
    const client = new RegistryClient(fake.endpoint, undefined, FAST);
    const reader = new ManifestReader(client, ({ size }) => size);
    return {
      client,
      reader,
      ...privateContents({ client, reader, credentials: () => Promise.resolve(undefined) }),
    };
  };
  const one = Buffer.from('{"schemaVersion":2,"one":1}');
  const two = Buffer.from('{"schemaVersion":2,"two":2}');
  beforeEach(async () => {
    fake = await FakeRegistry.start({ pageSize: 2 });
    const { client } = open();
    for (const tag of ["v1.0.0", "latest", "v1"]) {
      await client.putManifest(REPOSITORY, tag, one, OCI_MANIFEST);
    }
    await client.putManifest(REPOSITORY, "v0.9.0", two, OCI_MANIFEST);
    fake.take();
  });
  afterEach(() => fake.stop());

  it("lists by tags, one question each, and says that there may be more", async () => {
    const { list, reader } = open();
    assert.deepEqual(await list(REPOSITORY), {
      complete: false,
      manifests: [
        { digest: digestOf(one), tags: ["latest", "v1", "v1.0.0"] },
        { digest: digestOf(two), tags: ["v0.9.0"] },
      ],
    });
    assert.equal(fake.take().filter((line) => line.includes("/manifests/")).length, 4);
    assert.equal(await reader.read(REPOSITORY, digestOf(one)), one.length);
    assert.deepEqual(fake.take(), []);
  });

  it("leaves out a tag that goes while it asks, and an unknown repository", async () => {
    const intercept: FakeRegistry["options"]["intercept"] = ({ url = "" }, response) => {
      if (!url.endsWith("/manifests/v1")) return false;
      response.writeHead(404).end();
      return true;
    };
    fake.options = { ...fake.options, intercept };
    const { manifests } = await open().list(REPOSITORY);
    assert.deepEqual(manifests[0]?.tags, ["latest", "v1.0.0"]);
    assert.deepEqual(await open().list("shop/none"), { manifests: [], complete: false });
  });

  it("removes manifests, and tags where the registry can", async () => {
    const { removeManifest, removeTag } = open();
    assert.equal(await removeManifest(REPOSITORY, digestOf(two)), true);
    assert.equal(await removeManifest(REPOSITORY, digestOf(two)), false);
    assert.equal(await removeTag(REPOSITORY, "v1"), true);
    fake.options = {
      ...fake.options,
      intercept: ({ method }, response) => {
        if (method !== "DELETE") return false;
        response.writeHead(405).end('{"errors":[{"code":"UNSUPPORTED"}]}');
        return true;
      },
    };
    assert.equal(await removeTag(REPOSITORY, "latest"), false);
    await failure(removeManifest(REPOSITORY, digestOf(one)), "registry-answer");
  });
});
