import assert from "node:assert/strict";
import { ecrContents } from "../../../../../lib/registries/ecr/contents";
import type { EcrSettings } from "../../../../../lib/settings/registrySettings";
import { failure } from "../../oci/clientFixture";
import { A, B, JsonServer } from "../contents/jsonServer";

const endpoint = { server: "123456789012.dkr.ecr.eu-central-1.amazonaws.com", insecure: false };
const SETTINGS: EcrSettings = {
  kind: "ecr",
  region: "eu-central-1",
  accountId: "123456789012",
  replicas: [],
  pullFrom: "eu-central-1",
  scanning: "basic",
  cache: [],
  namespace: "bot-core",
  separator: "/",
  manage: true,
  lookUp: { kind: "ecr", region: "eu-central-1" },
  endpoint,
  account: {
    endpoint,
    push: { kind: "ecr", region: "eu-central-1" },
    pull: { kind: "ecr", region: "eu-central-1" },
  },
};
const REPOSITORY = "bot-core/web";

describe("contents of Amazon ECR", () => {
  let server: JsonServer;
  let before: NodeJS.ProcessEnv;
  const fault = (status: number, type: string) => ({
    status,
    headers: { "x-amzn-errortype": type },
    body: { __type: type, message: `said ${type}` },
  });
  beforeEach(async () => {
    server = await JsonServer.start();
    before = { ...process.env };
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_ECR: server.api,
      AWS_ACCESS_KEY_ID: "AKIATEST",
      AWS_SECRET_ACCESS_KEY: "aws-secret-1",
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });
  afterEach(async () => {
    process.env = before;
    await server.stop();
  });
  const actionOf = (headers: Record<string, unknown>): string =>
    String(headers["x-amz-target"]).split(".")[1] ?? "";

  it("lists page by page, untagged images too", async () => {
    server.answer = ({ headers, body }) => {
      assert.equal(actionOf(headers), "DescribeImages");
      const input = JSON.parse(body) as Record<string, unknown>;
      assert.equal(input["registryId"], "123456789012");
      assert.equal(input["repositoryName"], REPOSITORY);
      return input["nextToken"] === "more"
        ? { body: { imageDetails: [{ imageDigest: B, imagePushedAt: 1_767_323_045 }] } }
        : {
            body: {
              imageDetails: [{ imageDigest: A, imageTags: ["v1.0.0", "latest"] }],
              nextToken: "more",
            },
          };
    };
    assert.deepEqual(await ecrContents(SETTINGS).list(REPOSITORY), {
      complete: true,
      manifests: [
        { digest: A, tags: ["latest", "v1.0.0"] },
        { digest: B, tags: [], pushed: "2026-01-02T03:04:05.000Z" },
      ],
    });
  });

  it("gives nothing for a repository that is not there", async () => {
    server.answer = () => fault(400, "RepositoryNotFoundException");
    assert.deepEqual(await ecrContents(SETTINGS).list(REPOSITORY), {
      manifests: [],
      complete: true,
    });
    assert.equal(await ecrContents(SETTINGS).removeManifest(REPOSITORY, A), false);
  });

  it("removes by digest and by tag, and takes what is gone for gone", async () => {
    const failures: unknown[] = [];
    server.answer = ({ headers }) => {
      assert.equal(actionOf(headers), "BatchDeleteImage");
      return { body: { imageIds: [], failures } };
    };
    const contents = ecrContents(SETTINGS);
    assert.equal(await contents.removeManifest(REPOSITORY, A), true);
    assert.equal(await contents.removeTag(REPOSITORY, "v1"), true);
    const inputs = server.asked.map(
      ({ body }) => (JSON.parse(body) as Record<string, unknown>)["imageIds"],
    );
    assert.deepEqual(inputs, [[{ imageDigest: A }], [{ imageTag: "v1" }]]);
    failures.push({ failureCode: "ImageNotFound" });
    assert.equal(await contents.removeManifest(REPOSITORY, A), false);
    failures[0] = { failureCode: "ImageReferencedByManifestList", failureReason: "in use" };
    assert.match(
      await failure(contents.removeManifest(REPOSITORY, A), "registry-denied"),
      /in use/,
    );
  });

  it("tells a refused login from a missing right, and shows no secret", async () => {
    server.answer = () => fault(400, "AccessDeniedException");
    const denied = await failure(ecrContents(SETTINGS).list(REPOSITORY), "registry-denied");
    assert.match(denied, /ecr:DescribeImages/);
    server.answer = () => fault(400, "ExpiredTokenException");
    const expired = await failure(ecrContents(SETTINGS).list(REPOSITORY), "registry-unauthorized");
    assert.match(expired, /aws sso login/);
    assert.doesNotMatch(denied + expired, /aws-secret-1/);
  });
});
