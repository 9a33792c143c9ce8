import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import { refuseMoved } from "../../../../lib/release/moved";
import type { ReleaseInquiry } from "../../../../lib/release/plan";
import type { ReleaseRecord } from "../../../../lib/release/record";

const [A, B, C] = ["a", "b", "c"].map((digit) => `sha256:${digit.repeat(64)}`) as [
  string,
  string,
  string,
];
const NAME = "registry.example/shop/web";

const record = (version: string, image = `${NAME}@${C}`): ReleaseRecord => ({
  version,
  services: { web: { image, platforms: { "linux/amd64": { digest: A, built: false } } } },
  hasHost: false,
  repositories: [],
});

const inquiry = (digest: string | undefined, changes: Partial<ReleaseInquiry> = {}) => ({
  version: "v1.0.0",
  kind: "semver" as const,
  policy: "missing" as const,
  source: { isDefaultBranch: true, dirty: false },
  allowDirty: false,
  push: true,
  services: [
    {
      service: "web",
      repository: "shop/web",
      ...(digest === undefined
        ? {}
        : {
            published: {
              digest: C,
              platforms: [{ platform: "linux/amd64", digest }],
              sizeBytes: 1,
            },
          }),
    },
  ],
  ...changes,
});

describe("refuseMoved", () => {
  const name = (): string => NAME;

  it("names what a moved version was and what it is", () => {
    assert.throws(
      () => {
        refuseMoved(inquiry(B), record("v1.0.0"), name);
      },
      (error) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.code, "version-moved");
        assert.match(error.message, /^`v1\.0\.0` was moved in the registry after/);
        assert.match(
          error.message,
          new RegExp(`web \\(linux/amd64\\): released as ${A}\\n +now +${B}\\n`),
        );
        return true;
      },
    );
  });

  it("refuses a platform that is gone from the version", () => {
    const lost = inquiry(B);
    const services = lost.services.map((one) => ({
      ...one,
      published: { digest: C, platforms: [], sizeBytes: 1 },
    }));
    assert.throws(() => {
      refuseMoved({ ...lost, services }, record("v1.0.0"), name);
    }, /now +nothing/);
  });

  const passing: readonly [string, ReleaseInquiry, ReleaseRecord | undefined][] = [
    ["the images that were released", inquiry(A), record("v1.0.0")],
    ["a version that is not published", inquiry(undefined), record("v1.0.0")],
    ["another version than the record's", inquiry(B), record("v0.9.0")],
    ["a first run", inquiry(B), undefined],
    [
      "a version that may move",
      inquiry(B, { kind: "movable", version: "v1.0.0" }),
      record("v1.0.0"),
    ],
    ["another registry than the record's", inquiry(B), record("v1.0.0", `other.example/web@${C}`)],
  ];
  for (const [what, asked, past] of passing) {
    it(`lets pass ${what}`, () => {
      refuseMoved(asked, past, name);
    });
  }
});
