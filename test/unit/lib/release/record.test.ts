import assert from "node:assert/strict";
import { parseRecord, previousVersionOf } from "../../../../lib/release/record";

const release = {
  version: "v0.2.0",
  revision: "1234abc",
  services: {
    web: {
      image: "localhost:5005/shop/web@sha256:1",
      digest: "sha256:1",
      platforms: {
        "linux/amd64": { digest: "sha256:2", inputs: "abc", built: true },
        "linux/arm64": { digest: "sha256:3", built: false },
      },
      sizeBytes: 5,
      tags: ["v0.2.0"],
    },
  },
};

const NOTHING = { host: undefined, registry: undefined };

describe("parseRecord", () => {
  it("keeps what the graph depends on", () => {
    assert.deepEqual(parseRecord({ release, previousVersion: "v0.1.0", ...NOTHING }), {
      version: "v0.2.0",
      previousVersion: "v0.1.0",
      services: {
        web: {
          image: "localhost:5005/shop/web@sha256:1",
          platforms: {
            "linux/amd64": { digest: "sha256:2", inputs: "abc", built: true },
            "linux/arm64": { digest: "sha256:3", built: false },
          },
        },
      },
      hasHost: false,
      repositories: [],
    });
  });

  it("knows the repositories that the stack declared, and their copies elsewhere", () => {
    const registry = {
      provider: "ecr",
      server: "a.example",
      repositories: { web: "a.example/shop/web", api: "a.example/shop/api" },
      replicas: { there: "b.example" },
    };
    const record = (value: unknown): readonly string[] | undefined =>
      parseRecord({ release, previousVersion: undefined, host: undefined, registry: value })
        ?.repositories;
    assert.deepEqual(record(registry), [
      "a.example/shop/api",
      "a.example/shop/web",
      "b.example/shop/api",
      "b.example/shop/web",
    ]);
    assert.deepEqual(record({ ...registry, replicas: undefined }), [
      "a.example/shop/api",
      "a.example/shop/web",
    ]);
    assert.deepEqual(record({ ...registry, managed: false }), []);
    assert.deepEqual(record({ server: 1 }), []);
  });

  it("knows what an image took its cached steps from, also where that was nothing", () => {
    const platforms = {
      "linux/amd64": { digest: "sha256:2", inputs: "abc", built: true, cache: ["a@sha256:1"] },
      "linux/arm64": { digest: "sha256:3", inputs: "abc", built: true, cache: [] },
    };
    const services = { web: { platforms } };
    const outputs = { release: { version: "v1", services }, previousVersion: undefined };
    assert.deepEqual(parseRecord({ ...outputs, ...NOTHING })?.services, services);
  });

  it("knows that the stack keeps a host", () => {
    const host = { address: "unix:///var/run/docker.sock" };
    assert.equal(
      parseRecord({ release, previousVersion: undefined, registry: undefined, host })?.hasHost,
      true,
    );
  });

  for (const [name, value] of [
    ["the first run", undefined],
    ["an output of another shape", { version: 1 }],
    ["a service without platforms", { version: "v1.0.0", services: { web: {} } }],
  ] as const) {
    it(`is undefined for ${name}`, () => {
      assert.equal(
        parseRecord({ release: value, previousVersion: undefined, ...NOTHING }),
        undefined,
      );
    });
  }
});

describe("previousVersionOf", () => {
  const record = parseRecord({ release, previousVersion: "v0.1.0", ...NOTHING });

  it("is the version that ran until now, where another one is deployed", () => {
    assert.equal(previousVersionOf(record, "v0.3.0"), "v0.2.0");
  });

  it("does not change on a run of the same version", () => {
    assert.equal(previousVersionOf(record, "v0.2.0"), "v0.1.0");
  });

  it("is absent on the first run", () => {
    assert.equal(previousVersionOf(undefined, "v0.1.0"), undefined);
  });
});
