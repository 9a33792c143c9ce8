import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { skip } from "../../../dev/skip";
import { findDockerCli } from "../../../dev/dockerCli";
import {
  REGISTRY_CONTAINER,
  type TestRegistry,
  startTestRegistry,
} from "../../../dev/localRegistry";
import { EVERYTHING, tokenUser } from "../../../dev/tokenServer/access";
import { UserError } from "../../../lib/errors";
import { copyImage, type CopyEnd } from "../../../lib/images/copy";
import { OCI_INDEX, OCI_MANIFEST, RegistryClient } from "../../../lib/oci";
import { run } from "../../../lib/process/run";

const LOGIN = { username: "push", password: "copy-pw-71c2" };
const PORTS = [15_772, 15_773] as const;
const FROM = "copy-test/web";
const MIB = 1024 * 1024;
/** Larger than what would be kept in memory of it. */
const LAYER_BYTES = 48 * MIB;

/** Two registries of the distribution project, which keeps no list of referrers: fallback tags. */
describe("copying between real registries", function () {
  this.timeout(120_000);
  const registries: TestRegistry[] = [];
  let from: CopyEnd;
  let digest = "";
  let signature = "";

  before(async function () {
    const docker = (await findDockerCli()) ?? "";
    const started = await run(docker === "" ? "false" : docker, ["inspect", REGISTRY_CONTAINER]);
    if (docker === "" || started.code !== 0) skip(this, "no Docker, or no dev environment");
    for (const port of PORTS) {
      const name = `oci-copy-test-${process.pid}-${port}`;
      const users = [tokenUser(LOGIN.username, LOGIN.password, EVERYTHING)];
      registries.push(await startTestRegistry({ name, port, users }));
    }
    from = { client: client(0), repository: FROM };
    ({ digest, signature } = await publish(from));
  });
  after(async () => {
    for (const registry of registries) await registry.close();
  });

  const client = (index: 0 | 1): RegistryClient =>
    new RegistryClient({ server: `localhost:${PORTS[index]}`, insecure: true }, LOGIN);

  it("copies to another registry with signatures, and sends nothing the second time", async () => {
    const to = { client: client(1), repository: "backup/web" };
    const before = process.memoryUsage().rss;
    const began = Date.now();
    const first = await copyImage(from, to, "v1.0.0");
    const took = Date.now() - began;
    const grown = process.memoryUsage().rss - before;
    console.log(
      `      ${Math.round(first.sentBytes / MIB)} MiB in ${took} ms, ${Math.round(grown / MIB)} MiB more memory`,
    );
    assert.equal(first.digest, digest);
    assert.equal((await to.client.headManifest(to.repository, "v1.0.0"))?.digest, digest);
    const listed = await to.client.listReferrers(to.repository, digest, "application/x-signature");
    assert.deepEqual(
      listed.map((one) => one.digest),
      [signature],
    );
    const again = await copyImage(from, to, "v1.0.0");
    assert.deepEqual(
      [again.sentBytes, again.manifests, again.referrers, again.tags],
      [0, { copied: 0, present: 3 }, { copied: 0, present: 1 }, { copied: 0, present: 1 }],
    );
  });

  it("mounts within one registry: no byte is sent", async () => {
    const to = { client: from.client, repository: "copy-test/second" };
    const result = await copyImage(from, to, "v1.0.0");
    assert.equal(result.sentBytes, 0);
    assert.deepEqual(result.blobs, { copied: 6, present: 0 });
  });

  it("goes on where an interrupted copy ended", async () => {
    const stop = new AbortController();
    const endpoint = { server: `localhost:${PORTS[1]}`, insecure: true };
    const to = {
      client: new RegistryClient(endpoint, LOGIN, { signal: stop.signal }),
      repository: "backup/interrupted",
    };
    let blobs = 0;
    const cut = copyImage(from, to, "v1.0.0", {
      report: ({ what }) => {
        blobs += what === "blob" ? 1 : 0;
        if (blobs === 3) stop.abort();
      },
    });
    await assert.rejects(
      cut,
      (error) => error instanceof UserError && error.code === "registry-aborted",
    );
    const whole = { client: client(1), repository: to.repository };
    assert.deepEqual(await whole.client.listTags(whole.repository), []);
    const result = await copyImage(from, whole, "v1.0.0");
    assert.ok(result.blobs.present >= 3);
    assert.equal((await whole.client.headManifest(whole.repository, "v1.0.0"))?.digest, digest);
  });
});

/** An index of two images of a large and a small layer, and a signature of it. */
async function publish({ client, repository }: CopyEnd) {
  const put = async (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: await client.putBlob(repository, bytes),
    size: bytes.length,
  });
  const store = async (reference: string | undefined, mediaType: string, body: object) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...body }));
    if (reference === undefined) {
      const digest = await client.attachReferrer(repository, bytes, mediaType);
      return { mediaType, digest, size: bytes.length };
    }
    const digest = await client.putManifest(repository, reference, bytes, mediaType);
    return { mediaType, digest, size: bytes.length };
  };
  const manifests = [];
  for (const architecture of ["amd64", "arm64"]) {
    const config = Buffer.from(JSON.stringify({ os: "linux", architecture }));
    const layers = [randomBytes(LAYER_BYTES / 2)];
    const image = {
      config: await put("application/vnd.oci.image.config.v1+json", config),
      layers: await Promise.all(
        layers.map((layer) => put("application/vnd.oci.image.layer.v1.tar+gzip", layer)),
      ),
    };
    const descriptor = await store(`pb-${architecture}`, OCI_MANIFEST, image);
    manifests.push({ ...descriptor, platform: { os: "linux", architecture } });
  }
  const index = await store("v1.0.0", OCI_INDEX, { manifests });
  const { digest } = await store(undefined, OCI_MANIFEST, {
    artifactType: "application/x-signature",
    config: await put("application/vnd.oci.empty.v1+json", Buffer.from("{}")),
    layers: [await put("text/plain", Buffer.from("signed"))],
    subject: index,
  });
  return { digest: index.digest, signature: digest };
}
