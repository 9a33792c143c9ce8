import assert from "node:assert/strict";
import { OCI_INDEX, OCI_MANIFEST, RegistryClient, digestOf } from "../../../../lib/oci";
import { FAST, failure } from "./clientFixture";
import { type FakeOptions, FakeRegistry } from "./fakeRegistry";

const SUBJECT = Buffer.from('{"schemaVersion":2,"config":{},"layers":[]}');
const SPDX = "application/spdx+json";
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

function referrer(artifactType: string, note: string, subject = digestOf(SUBJECT)): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType,
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 },
      layers: [],
      subject: { mediaType: OCI_MANIFEST, digest: subject, size: SUBJECT.length },
      annotations: { note },
    }),
  );
}

describe("RegistryClient: referrers", () => {
  let fake: FakeRegistry;
  const start = async (options: FakeOptions = {}): Promise<RegistryClient> => {
    fake = await FakeRegistry.start(options);
    return new RegistryClient(fake.endpoint, undefined, FAST);
  };
  afterEach(() => fake.stop());
  const tag = digestOf(SUBJECT).replace(":", "-");
  const attach = (client: RegistryClient, bytes: Buffer): Promise<string> =>
    client.attachReferrer("a/b", bytes, OCI_MANIFEST);

  for (const referrers of [true, false]) {
    const how = referrers ? "the registry's own list" : "the fallback tag";
    it(`finds what was attached, by ${how}`, async () => {
      const client = await start({ referrers });
      const sbom = await attach(client, referrer(SPDX, "1"));
      const signature = await attach(client, referrer(BUNDLE, "2"));
      await attach(client, referrer(BUNDLE, "3", digestOf("another")));
      const all = await client.listReferrers("a/b", digestOf(SUBJECT));
      assert.deepEqual(all.map(({ digest }) => digest).sort(), [sbom, signature].sort());
      const [found, ...others] = await client.listReferrers("a/b", digestOf(SUBJECT), SPDX);
      assert.deepEqual([found?.digest, found?.annotations, others], [sbom, { note: "1" }, []]);
      assert.equal(fake.manifests.has(`a/b@${tag}`), !referrers);
    });

    it(`attaches the same once, by ${how}`, async () => {
      const client = await start({ referrers });
      for (let time = 0; time < 2; time++) await attach(client, referrer(SPDX, "1"));
      assert.equal((await client.listReferrers("a/b", digestOf(SUBJECT))).length, 1);
    });
  }

  it("finds nothing for an unknown manifest or repository", async () => {
    const client = await start();
    assert.deepEqual(await client.listReferrers("a/b", digestOf("x")), []);
    assert.deepEqual(await client.listReferrers("no/such", digestOf("x"), SPDX), []);
  });

  it("does not believe a fallback index's artifact types, as GHCR's are wrong", async () => {
    const client = await start();
    const sbom = await attach(client, referrer(SPDX, "1"));
    const entry = { mediaType: OCI_MANIFEST, digest: sbom, size: 1, artifactType: BUNDLE };
    const gone = { ...entry, digest: digestOf("gone") };
    const manifests = [entry, gone];
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
    await client.putManifest("a/b", tag, Buffer.from(JSON.stringify(index)), OCI_INDEX);
    const found = await client.listReferrers("a/b", digestOf(SUBJECT), SPDX);
    assert.deepEqual(
      found.map(({ digest, artifactType }) => [digest, artifactType]),
      [[sbom, SPDX]],
    );
    assert.deepEqual(await client.listReferrers("a/b", digestOf(SUBJECT), BUNDLE), []);
    const untyped = await client.listReferrers("a/b", digestOf(SUBJECT));
    assert.ok(untyped.every(({ artifactType }) => artifactType === undefined));
  });

  it("takes a page for people for a registry without a list", async () => {
    const client = await start({
      intercept: (request, response) => {
        if (request.url?.includes("/referrers/") !== true) return false;
        response.writeHead(200, { "content-type": "text/html" }).end("<html>");
        return true;
      },
    });
    const sbom = await attach(client, referrer(SPDX, "1"));
    assert.equal((await client.listReferrers("a/b", digestOf(SUBJECT)))[0]?.digest, sbom);
  });

  it("reads all pages, refuses loops, other hosts and lists that are none", async () => {
    const entries = ["x", "y"].map((text) => ({
      ...{ mediaType: OCI_MANIFEST, digest: digestOf(text), size: 1 },
    }));
    const answers: { body: unknown; link?: string }[] = [];
    const client = await start({
      intercept: (_request, response) => {
        const { body, link } = answers.shift() ?? { body: {} };
        response.writeHead(200, {
          "content-type": OCI_INDEX,
          ...(link === undefined ? {} : { link: `<${link}>; rel="next"` }),
        });
        response.end(JSON.stringify(body));
        return true;
      },
    });
    const list = (...pages: { body: unknown; link?: string }[]) => {
      answers.splice(0, answers.length, ...pages);
      return client.listReferrers("a/b", digestOf(SUBJECT));
    };
    const path = `/v2/a/b/referrers/${digestOf(SUBJECT)}`;
    const first = { body: { manifests: entries.slice(0, 1) } };
    const second = { body: { manifests: entries } };
    const both = await list({ ...first, link: `${path}?last=1` }, second);
    assert.deepEqual(both.map(({ digest }) => digest).sort(), entries.map((e) => e.digest).sort());
    const loop = list({ ...first, link: path });
    assert.match(await failure(loop, "registry-answer"), /list of referrers does not end/);
    const away = list({ ...first, link: "https://evil.example/x" });
    assert.match(await failure(away, "registry-answer"), /goes on at `https:\/\/evil\.example`/);
    await failure(list({ body: { manifests: [{ digest: "x" }] } }), "registry-answer");
  });

  it("refuses a manifest without a subject, and a tag that holds no list", async () => {
    const client = await start();
    await failure(attach(client, SUBJECT), "referrer-invalid");
    await client.putManifest("a/b", tag, SUBJECT, OCI_MANIFEST);
    await failure(attach(client, referrer(SPDX, "1")), "referrer-invalid");
  });

  it("keeps the entries of writers that write at the same time", async () => {
    const client = await start();
    const others = new RegistryClient(fake.endpoint, undefined, FAST);
    const notes = ["1", "2", "3", "4"];
    // Each resource has a client of its own.
    await Promise.all(
      notes.map((note, at) => attach(at % 2 === 0 ? client : others, referrer(SPDX, note))),
    );
    assert.equal((await client.listReferrers("a/b", digestOf(SUBJECT))).length, notes.length);
    // Another process writes between our read and our write: the check after it finds that.
    let stolen = false;
    fake.options.intercept = (request) => {
      if (request.method === "PUT" && request.url?.endsWith(tag) === true && !stolen) {
        stolen = true;
        const kept = fake.manifests.get(`a/b@${tag}`);
        setTimeout(() => kept !== undefined && fake.manifests.set(`a/b@${tag}`, kept), 10);
      }
      return false;
    };
    const late = await attach(others, referrer(BUNDLE, "5"));
    assert.ok(stolen);
    const all = await client.listReferrers("a/b", digestOf(SUBJECT));
    assert.equal(all.length, notes.length + 1);
    assert.ok(all.some(({ digest }) => digest === late));
  });

  it("gives up where the tag never keeps what is put", async () => {
    const client = await start({
      intercept: (request, response) => {
        if (request.method !== "PUT" || request.url?.endsWith(tag) !== true) return false;
        request.resume().once("end", () => response.writeHead(201).end());
        return true;
      },
    });
    const message = await failure(attach(client, referrer(SPDX, "1")), "referrer-conflict");
    assert.match(message, /does not keep sha256:/);
  });
});
