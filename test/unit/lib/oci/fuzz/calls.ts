import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { copyImage } from "../../../../../lib/images/copy";
import { OCI_MANIFEST, type RegistryClient, digestOf } from "../../../../../lib/oci";
import { isTag } from "../../../../../lib/oci/names";
import { CONFIG, IMAGE, LAYER } from "./behaviour";

const REPOSITORY = "a/b";
const DIGEST = digestOf(IMAGE);
const layer = { digest: digestOf(LAYER), size: LAYER.length };
const REFERRER = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: "application/spdx+json",
    config: { mediaType: "x/y", digest: digestOf(CONFIG), size: CONFIG.length },
    layers: [],
    subject: { mediaType: OCI_MANIFEST, digest: DIGEST, size: IMAGE.length },
  }),
);

/** A call of the client, and what holds of every answer that it gives instead of an error. */
export type FuzzedCall = (hostile: RegistryClient, good: RegistryClient) => Promise<void>;

/** Every public call, and copies in both directions. */
export const CALLS: Readonly<Record<string, FuzzedCall>> = {
  ping: (client) => client.ping(),
  headManifest: async (client) => {
    const head = await client.headManifest(REPOSITORY, DIGEST);
    if (head !== undefined) assert.equal(head.digest, DIGEST);
  },
  headTag: async (client) => {
    await client.headManifest(REPOSITORY, "latest");
  },
  getManifest: async (client) => {
    const manifest = await client.getManifest(REPOSITORY, DIGEST);
    if (manifest !== undefined) assert.equal(digestOf(manifest.bytes), DIGEST);
  },
  getTag: async (client) => {
    const manifest = await client.getManifest(REPOSITORY, "latest");
    if (manifest !== undefined) assert.equal(digestOf(manifest.bytes), manifest.digest);
  },
  putManifest: async (client) => {
    assert.equal(await client.putManifest(REPOSITORY, "x", IMAGE, OCI_MANIFEST), DIGEST);
  },
  deleteManifest: async (client) => {
    await client.deleteManifest(REPOSITORY, DIGEST);
  },
  listTags: async (client) => {
    assert.ok((await client.listTags(REPOSITORY)).every(isTag));
  },
  listReferrers: async (client) => {
    await client.listReferrers(REPOSITORY, DIGEST);
  },
  listReferrersOfType: async (client) => {
    const type = "application/spdx+json";
    const found = await client.listReferrers(REPOSITORY, DIGEST, type);
    assert.ok(found.every(({ artifactType }) => artifactType === type));
  },
  attachReferrer: async (client) => {
    await client.attachReferrer(REPOSITORY, REFERRER, OCI_MANIFEST);
  },
  hasBlob: async (client) => {
    await client.hasBlob(REPOSITORY, layer.digest);
  },
  getBlob: async (client) => {
    const blob = await client.getBlob(REPOSITORY, layer.digest);
    if (blob !== undefined) assert.deepEqual(blob, LAYER);
  },
  getBlobStream: async (client) => {
    await client.getBlobStream(REPOSITORY, layer, async (stream) => {
      assert.deepEqual(await buffer(stream), LAYER);
    });
  },
  putBlob: async (client) => {
    assert.equal(await client.putBlob(REPOSITORY, LAYER), layer.digest);
  },
  putBlobStream: (client) =>
    client.putBlobStream(REPOSITORY, layer, (consume) => consume(Readable.from([LAYER]))),
  mountBlob: async (client) => {
    await client.mountBlob(REPOSITORY, layer.digest, "c/d");
  },
  proveUpload: (client) => client.proveUpload(REPOSITORY),
  provePull: async (client) => {
    await client.provePull(REPOSITORY);
  },
  copyFrom: async (hostile, good) => {
    const from = { client: hostile, repository: REPOSITORY };
    await copyImage(from, { client: good, repository: "copy/x" }, DIGEST);
  },
  copyTo: async (hostile, good) => {
    const to = { client: hostile, repository: REPOSITORY };
    await copyImage({ client: good, repository: "good/x" }, to, DIGEST, { tags: ["v1.0.0"] });
  },
};
