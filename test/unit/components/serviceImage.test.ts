import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { RegistryAccess } from "../../../components/botcore/registryAccess";
import { ServiceImage, type ServiceImageArgs } from "../../../components/serviceImage";
import { allRegistered, recordResources, urnOf, valueOf } from "../support/mocks";

const COMPONENT = "bot-core:index:ServiceImage";
const IMAGE = "docker:index/image:Image";
const INDEX = "botcore:index:ImageIndex";
const ACCESS = "botcore:index:RegistryAccess";

const NAME = "registry.example/shop/web";
const AMD_INPUTS = "a".repeat(64);
const ARM_INPUTS = "b".repeat(64);
const AMD_DIGEST = `sha256:${"1".repeat(64)}`;
const ARM_DIGEST = `sha256:${"2".repeat(64)}`;
const INDEX_DIGEST = `sha256:${"3".repeat(64)}`;
const ACCOUNT = {
  endpoint: { server: "registry.example", insecure: false },
  push: { kind: "docker" },
  pull: { kind: "docker" },
} as const;

const ANSWERS = {
  [COMPONENT]: () => ({}),
  [ACCESS]: () => ({}),
  [IMAGE]: () => ({ repoDigest: `${NAME}@${AMD_DIGEST}` }),
  [INDEX]: () => ({
    digest: INDEX_DIGEST,
    tags: ["latest", "v1.0.0"],
    sizeBytes: 7,
    images: [
      { platform: "linux/amd64", digest: AMD_DIGEST },
      { platform: "linux/arm64", digest: ARM_DIGEST },
    ],
  }),
};

function args(changes: Partial<ServiceImageArgs> = {}): ServiceImageArgs {
  return {
    plan: {
      kind: "publish",
      service: "web",
      repository: "shop/web",
      inputsDigest: "c".repeat(64),
      images: [
        { kind: "build", platform: "linux/amd64", inputs: AMD_INPUTS },
        { kind: "reuse", platform: "linux/arm64", inputs: ARM_INPUTS, digest: ARM_DIGEST },
      ],
    },
    version: "v1.0.0",
    imageName: NAME,
    build: { context: ".build/web", dockerfile: ".build/web/Dockerfile", args: { BASE: "x" } },
    account: ACCOUNT,
    dockerRegistry: {
      server: "registry.example",
      username: "push",
      password: pulumi.secret("hunter2"),
    },
    builders: {},
    access: new RegistryAccess("access", { registry: ACCOUNT, repositories: [], builds: [] }),
    source: { revision: "feed123", isDefaultBranch: true, dirty: false },
    policies: { sbom: false },
    ...changes,
  };
}

describe("ServiceImage", () => {
  it("declares an image for what is built, and the index over all platforms", async () => {
    const recorder = await recordResources(ANSWERS);
    const image = new ServiceImage("web", args());
    const urn = await urnOf(image);
    await allRegistered();
    const children = recorder.registrations.filter(({ type }) => type !== ACCESS);
    assert.deepEqual(
      children.map(({ type, name }) => [type, name]),
      [
        [COMPONENT, "web"],
        [INDEX, "web-v1.0.0"],
        [IMAGE, "web-amd64-aaaaaaaaaaaa"],
      ],
    );
    assert.deepEqual(children[2], {
      type: IMAGE,
      name: "web-amd64-aaaaaaaaaaaa",
      inputs: {
        imageName: `${NAME}:pb-aaaaaaaaaaaa-amd64`,
        build: {
          context: ".build/web",
          dockerfile: ".build/web/Dockerfile",
          args: { BASE: "x" },
          platform: "linux/amd64",
          builderVersion: "BuilderBuildKit",
        },
        registry: { server: "registry.example", username: "push", password: "hunter2" },
        skipPush: false,
        buildOnPreview: false,
      },
      secrets: ["registry"],
    });
    assert.equal(urn, `urn:pulumi:test::bot-core::${COMPONENT}::web`);
  });

  it("hands the index each platform's digest, built or found", async () => {
    const recorder = await recordResources(ANSWERS);
    new ServiceImage("web", args());
    await allRegistered();
    const index = recorder.registrations.find(({ type }) => type === INDEX);
    assert.deepEqual(index, {
      type: INDEX,
      name: "web-v1.0.0",
      inputs: {
        registry: ACCOUNT,
        repository: "shop/web",
        service: "web",
        version: "v1.0.0",
        images: [
          { platform: "linux/amd64", digest: AMD_DIGEST },
          { platform: "linux/arm64", digest: ARM_DIGEST },
        ],
        inputsDigest: "c".repeat(64),
        source: { revision: "feed123", isDefaultBranch: true, dirty: false },
      },
      secrets: [],
    });
  });

  it("states which platforms it built", async () => {
    await recordResources(ANSWERS);
    const { built } = new ServiceImage("web", args());
    assert.deepEqual(await valueOf(built), {
      platforms: {
        "linux/amd64": { digest: AMD_DIGEST, inputs: AMD_INPUTS, built: true },
        "linux/arm64": { digest: ARM_DIGEST, inputs: ARM_INPUTS, built: false },
      },
    });
    await allRegistered();
  });

  it("knows nothing of the index in a preview that builds", async () => {
    const recorder = await recordResources(ANSWERS, { preview: true });
    const { index } = new ServiceImage("web", args());
    assert.ok(index);
    assert.equal(await valueOf(index.digest), undefined);
    await allRegistered();
    assert.equal(recorder.registrations.length, 4);
  });

  for (const off of ["push", "index"] as const) {
    it(`joins nothing where ${off} is false`, async () => {
      const recorder = await recordResources(ANSWERS);
      const image = new ServiceImage("web", args({ [off]: false }));
      assert.equal(image.index, undefined);
      assert.deepEqual(image.gates, []);
      assert.deepEqual(await valueOf(image.digests), {
        "linux/amd64": AMD_DIGEST,
        "linux/arm64": ARM_DIGEST,
      });
      await allRegistered();
      const found = recorder.registrations.find(({ type }) => type === IMAGE);
      assert.equal((found?.inputs as { skipPush: boolean }).skipPush, off === "push");
      assert.ok(!recorder.registrations.some(({ type }) => type === INDEX));
    });
  }
});
