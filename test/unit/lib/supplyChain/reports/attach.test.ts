import assert from "node:assert/strict";
import { OCI_MANIFEST, type Referrer, RegistryClient, digestOf } from "../../../../../lib/oci";
import {
  SARIF_TYPE,
  SPDX_TYPE,
  attachReport,
  attachScan,
  findReports,
  newestScan,
  readReport,
  scanAnnotations,
} from "../../../../../lib/supplyChain/reports";
import { pushTinyImage } from "../../images/tinyImage";
import { FAST, failure } from "../../oci/clientFixture";
import { FakeRegistry } from "../../oci/fakeRegistry";

const REPOSITORY = "shop/web";
const EMPTY = `sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a`;
const SARIF = {
  artifactType: SARIF_TYPE,
  bytes: Buffer.from('{"version":"2.1.0"}'),
  annotations: { b: "2", a: "1" },
};

for (const referrers of [true, false]) {
  describe(`an attached report, registry ${referrers ? "with" : "without"} a list of referrers`, () => {
    let fake: FakeRegistry;
    let client: RegistryClient;
    let digest: string;
    beforeEach(async () => {
      fake = await FakeRegistry.start({ referrers });
      client = new RegistryClient(fake.endpoint, undefined, FAST);
      digest = await pushTinyImage(client, REPOSITORY, "linux/amd64", "one");
    });
    afterEach(async () => {
      await fake.stop();
    });

    it("is found by the image and its type, byte by byte", async () => {
      const attached = await attachReport(client, REPOSITORY, { digest }, SARIF);
      const spdx = { artifactType: SPDX_TYPE, bytes: Buffer.from("{}"), annotations: {} };
      await attachReport(client, REPOSITORY, { digest }, spdx);
      const found = await findReports(client, REPOSITORY, digest, SARIF_TYPE);
      assert.deepEqual(
        found.map((referrer) => [referrer.digest, referrer.artifactType, referrer.annotations]),
        [[attached, SARIF_TYPE, SARIF.annotations]],
      );
      assert.deepEqual(await readReport(client, REPOSITORY, attached), SARIF.bytes);
      assert.equal((await findReports(client, REPOSITORY, digest, SPDX_TYPE)).length, 1);
    });

    it("is a manifest after image-spec's guidelines for artifacts", async () => {
      const attached = await attachReport(client, REPOSITORY, { digest }, SARIF);
      const subject = await client.headManifest(REPOSITORY, digest);
      const manifest = await client.getManifest(REPOSITORY, attached);
      const empty = { mediaType: "application/vnd.oci.empty.v1+json", digest: EMPTY, size: 2 };
      const layer = { digest: digestOf(SARIF.bytes), size: SARIF.bytes.length };
      assert.deepEqual(JSON.parse(manifest!.bytes.toString("utf8")), {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        artifactType: SARIF_TYPE,
        config: empty,
        layers: [{ mediaType: SARIF_TYPE, ...layer }],
        subject: { mediaType: OCI_MANIFEST, digest, size: subject?.size },
        annotations: { a: "1", b: "2" },
      });
    });

    it("is the same one when it is attached again", async () => {
      const first = await attachReport(client, REPOSITORY, { digest }, SARIF);
      const annotations = { a: "1", b: "2" };
      const again = await attachReport(client, REPOSITORY, { digest }, { ...SARIF, annotations });
      assert.equal(again, first);
      assert.equal((await findReports(client, REPOSITORY, digest, SARIF_TYPE)).length, 1);
    });

    it("of a scan is the newest of its image, whatever was there before", async () => {
      const report = { scanner: { name: "grype" as const, version: "0.121.2" } };
      const attach = (text: string, now: string, of: object = {}): Promise<string> => {
        const scan = {
          report: { ...report, ...of },
          title: "web-amd64.sarif",
          sarif: Buffer.from(text),
        };
        return attachScan(client, REPOSITORY, digest, scan, new Date(now));
      };
      const newest = async (): Promise<string | undefined> =>
        newestScan(await findReports(client, REPOSITORY, digest, SARIF_TYPE))?.digest;
      // A report of an earlier program, which tells no time.
      await attachReport(client, REPOSITORY, { digest }, SARIF);
      const texts = ["one", "two", "three", "four", "one"];
      for (const [at, text] of texts.entries()) {
        const attached = await attach(text, `2026-08-0${String(at + 1)}T00:00:00.000Z`);
        assert.equal(await newest(), attached, text);
        assert.equal(await attach(text, "2026-09-01T00:00:00Z"), attached, "nothing is added");
      }
      const slow = await attach("five", "2020-01-01T00:00:00Z");
      assert.equal(await newest(), slow, "a clock that is slow");
      const older = await attach("five", "2020-01-01T00:00:00Z", { databaseDate: "2020-01-01" });
      assert.notEqual(older, slow);
      assert.equal(await newest(), older, "an older database");
      const all = await findReports(client, REPOSITORY, digest, SARIF_TYPE);
      assert.equal(all.length, texts.length + 3);
    });

    it("asks for nothing that it is told", async () => {
      fake.take();
      const subject = { digest, size: 1, mediaType: OCI_MANIFEST };
      await attachReport(client, REPOSITORY, subject, SARIF);
      const asked = fake.take().filter((line) => line.includes(`/manifests/${digest}`));
      assert.deepEqual(asked, []);
    });
  });
}

describe("several scans of an image", () => {
  const scanner = { name: "grype" as const, version: "0.121.2" };
  const scan = (digest: string, databaseDate?: string): Referrer => ({
    ...{ digest, mediaType: OCI_MANIFEST, size: 1 },
    annotations: scanAnnotations(
      databaseDate === undefined ? { scanner } : { scanner, databaseDate },
    ),
  });

  it("are told by scanner and database", () => {
    assert.deepEqual(scan("a", "2026-08-01T06:00:00Z").annotations, {
      "io.bot-core.scan.scanner": "grype 0.121.2",
      "io.bot-core.scan.database": "2026-08-01T06:00:00Z",
    });
  });

  it("have one that is the newest, by when it was attached", () => {
    const at = (referrer: Referrer, created: string): Referrer => ({
      ...referrer,
      annotations: { ...referrer.annotations, "org.opencontainers.image.created": created },
    });
    const scans = [
      scan("a", "2026-08-03T06:00:00Z"),
      at(scan("b", "2026-08-02T06:00:00Z"), "2026-08-02T07:00:00.001Z"),
      at(scan("c", "2026-08-01T06:00:00Z"), "2026-08-02T07:00:00.002Z"),
      at(scan("d", "2026-08-02T06:00:00Z"), "never"),
    ];
    assert.equal(newestScan(scans)?.digest, "c");
    assert.equal(newestScan([...scans].reverse())?.digest, "c");
  });

  it("that tell no time have one that knew most, in whatever order they are listed", () => {
    const scans = [
      scan("a"),
      scan("b", "2026-08-01T06:00:00Z"),
      scan("c", "2026-08-01T07:00:00+02:00"),
      scan("d", "never"),
    ];
    assert.equal(newestScan(scans)?.digest, "b");
    assert.equal(newestScan([...scans].reverse())?.digest, "b");
    assert.equal(newestScan([scan("d"), scan("a")])?.digest, "a");
    assert.equal(newestScan([]), undefined);
  });
});

describe("an attached report", () => {
  let fake: FakeRegistry;
  let client: RegistryClient;
  before(async () => {
    fake = await FakeRegistry.start({ referrers: true });
    client = new RegistryClient(fake.endpoint, undefined, FAST);
  });
  after(async () => {
    await fake.stop();
  });
  const missing = `sha256:${"0".repeat(64)}`;

  it("needs its image", async () => {
    const work = attachReport(client, REPOSITORY, { digest: missing }, SARIF);
    assert.match(await failure(work, "report-subject"), /is not there.*publish it first/);
  });

  it("is a fault where it is gone, with its bytes too", async () => {
    await failure(readReport(client, REPOSITORY, missing), "report-missing");
    const digest = await pushTinyImage(client, REPOSITORY, "linux/amd64", "two");
    const attached = await attachReport(client, REPOSITORY, { digest }, SARIF);
    fake.blobs.delete(digestOf(SARIF.bytes));
    await failure(readReport(client, REPOSITORY, attached), "report-missing");
  });

  it("is one layer of a size that can be read", async () => {
    const layers = [
      [],
      [{ mediaType: SARIF_TYPE, digest: missing, size: 2 ** 40 }],
      [{ mediaType: SARIF_TYPE, digest: missing, size: -1 }],
    ];
    for (const layer of layers) {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, layers: layer }));
      const put = await client.putManifest(REPOSITORY, digestOf(bytes), bytes, OCI_MANIFEST);
      await failure(readReport(client, REPOSITORY, put), "report-unreadable");
    }
  });
});
