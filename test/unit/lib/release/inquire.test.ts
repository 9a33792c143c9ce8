import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import { inquire, type InquiryOptions, type Sources } from "../../../../lib/release/inquire";

const inputs = {
  inputsDigest: "A",
  platforms: [{ platform: "linux/amd64", inputs: "A-amd64", tag: "pb-A-amd64" }],
};

function sources(changes: Partial<Sources> = {}): Sources {
  return {
    lookUpVersion: () => Promise.resolve(undefined),
    findBuilt: () => Promise.resolve(undefined),
    readInputs: () => Promise.resolve(inputs),
    ...changes,
  };
}

function options(changes: Partial<InquiryOptions> = {}): InquiryOptions {
  return {
    version: "v1.0.0",
    kind: "semver",
    policy: "missing",
    source: { isDefaultBranch: true, dirty: false },
    allowDirty: false,
    push: true,
    services: [
      { service: "web", repository: "shop/web" },
      { service: "api", repository: "shop/api" },
    ],
    preview: false,
    warn: () => assert.fail("nothing to warn of"),
    ...changes,
  };
}

const refused = new UserError("registry.example refused the connection", "registry-unreachable");

describe("inquire", () => {
  it("asks for the version and for each platform's build tag", async () => {
    const asked: string[] = [];
    const inquiry = await inquire(
      options(),
      sources({
        lookUpVersion: (repository, version) => {
          asked.push(`${repository}:${version}`);
          return Promise.resolve(undefined);
        },
        findBuilt: (repository, tag) => {
          asked.push(`${repository}:${tag}`);
          return Promise.resolve(repository === "shop/api" ? "sha256:found" : undefined);
        },
      }),
    );
    assert.deepEqual(asked.toSorted(), [
      "shop/api:pb-A-amd64",
      "shop/api:v1.0.0",
      "shop/web:pb-A-amd64",
      "shop/web:v1.0.0",
    ]);
    assert.deepEqual(
      inquiry.services.map(({ checkout }) => checkout?.platforms[0]?.found),
      [undefined, "sha256:found"],
    );
  });

  it("keeps a checkout that cannot be read as a fault, not as a failure", async () => {
    const fault = new UserError("no Dockerfile", "dockerfile-missing");
    const inquiry = await inquire(options(), sources({ readInputs: () => Promise.reject(fault) }));
    assert.deepEqual(
      inquiry.services.map((one) => one.fault),
      [fault, fault],
    );
  });

  it("fails with the registry's own words outside of a preview", async () => {
    const failing = sources({ lookUpVersion: () => Promise.reject(refused) });
    await assert.rejects(inquire(options(), failing), refused);
  });

  it("goes on in a preview as if nothing were published, and says so once", async () => {
    const warnings: string[] = [];
    const inquiry = await inquire(
      options({ preview: true, warn: (message) => warnings.push(message) }),
      sources({
        lookUpVersion: () => Promise.reject(refused),
        findBuilt: () => Promise.reject(refused),
      }),
    );
    assert.deepEqual(warnings, [
      "registry.example refused the connection; this preview goes on as if nothing were published",
    ]);
    assert.ok(inquiry.services.every(({ published }) => published === undefined));
  });

  it("does not take a defect for a fault of the checkout", async () => {
    const defect = new TypeError("undefined is not a function");
    await assert.rejects(
      inquire(options(), sources({ readInputs: () => Promise.reject(defect) })),
      defect,
    );
  });
});
