import assert from "node:assert/strict";
import { ComposeHost } from "../../../../components/botcore/composeHost";
import { ImageIndex } from "../../../../components/botcore/imageIndex";
import { RegistryAccess } from "../../../../components/botcore/registryAccess";
import type { ComposeHostInputs } from "../../../../lib/resources/composeHost";
import type { ImageIndexInputs } from "../../../../lib/resources/imageIndex";
import type { RegistryAccount } from "../../../../lib/resources/registry";
import { allRegistered, recordResources, valueOf } from "../../support/mocks";

const DIGEST = `sha256:${"a".repeat(64)}`;
const registry: RegistryAccount = {
  endpoint: { server: "localhost:5005", insecure: true },
  push: { kind: "docker" },
  pull: { kind: "anonymous" },
};
const index: ImageIndexInputs = {
  registry,
  repository: "bot-core/web",
  service: "web",
  version: "v1.0.0",
  images: [{ platform: "linux/amd64", digest: DIGEST }],
  inputsDigest: "b".repeat(64),
  source: { isDefaultBranch: true, dirty: false },
};
const host: ComposeHostInputs = {
  host: { address: "unix:///var/run/docker.sock", engine: "compose", project: "bot-core" },
  registry,
  version: "v1.0.0",
  model: "{}",
  images: {},
  switchImage: "haproxy:3.0",
  rollout: { drainSeconds: 0, soakSeconds: 0, keepReleases: 1, allowVolumeOverlap: false },
};

const ANSWERS = {
  "botcore:index:RegistryAccess": () => ({}),
  "botcore:index:ImageIndex": () => ({ digest: DIGEST, tags: ["v1.0.0"], sizeBytes: 7 }),
  "botcore:index:ComposeHost": () => ({ state: {}, generation: 1 }),
};

describe("the own resources in a program", () => {
  afterEach(allRegistered);

  it("pass their arguments on as they are, under their tokens", async () => {
    const recorder = await recordResources(ANSWERS);
    const access = { registry, repositories: ["bot-core/web"], builds: [] };
    new RegistryAccess("access", access);
    new ImageIndex("index", index);
    new ComposeHost("host", host);
    await allRegistered();
    assert.deepEqual(recorder.registrations, [
      { type: "botcore:index:ComposeHost", name: "host", inputs: host, secrets: ["model"] },
      { type: "botcore:index:ImageIndex", name: "index", inputs: index, secrets: [] },
      { type: "botcore:index:RegistryAccess", name: "access", inputs: access, secrets: [] },
    ]);
  });

  it("give what the provider answers", async () => {
    await recordResources(ANSWERS);
    const published = new ImageIndex("index", index);
    const released = new ComposeHost("host", host);
    assert.equal(await valueOf(published.digest), DIGEST);
    assert.deepEqual(await valueOf(published.tags), ["v1.0.0"]);
    assert.equal(await valueOf(published.sizeBytes), 7);
    assert.deepEqual(await valueOf(released.state), {});
    assert.equal(await valueOf(released.generation), 1);
  });

  it("have unknown outputs in a preview, and known inputs", async () => {
    await recordResources(ANSWERS, { preview: true });
    const published = new ImageIndex("index", index);
    const released = new ComposeHost("host", host);
    assert.equal(await valueOf(published.digest), undefined);
    assert.equal(await valueOf(released.generation), undefined);
    assert.equal(await valueOf(published.version), "v1.0.0");
  });
});
