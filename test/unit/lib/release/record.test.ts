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

describe("parseRecord", () => {
  it("keeps what the graph depends on", () => {
    assert.deepEqual(parseRecord({ release, previousVersion: "v0.1.0", host: undefined }), {
      version: "v0.2.0",
      previousVersion: "v0.1.0",
      services: {
        web: {
          platforms: {
            "linux/amd64": { digest: "sha256:2", inputs: "abc", built: true },
            "linux/arm64": { digest: "sha256:3", built: false },
          },
        },
      },
      hasHost: false,
    });
  });

  it("knows that the stack keeps a host", () => {
    const host = { address: "unix:///var/run/docker.sock" };
    assert.equal(parseRecord({ release, previousVersion: undefined, host })?.hasHost, true);
  });

  for (const [name, value] of [
    ["the first run", undefined],
    ["an output of another shape", { version: 1 }],
    ["a service without platforms", { version: "v1.0.0", services: { web: {} } }],
  ] as const) {
    it(`is undefined for ${name}`, () => {
      assert.equal(
        parseRecord({ release: value, previousVersion: undefined, host: undefined }),
        undefined,
      );
    });
  }
});

describe("previousVersionOf", () => {
  const record = parseRecord({ release, previousVersion: "v0.1.0", host: undefined });

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
