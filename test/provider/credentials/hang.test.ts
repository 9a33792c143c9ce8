import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Clouds } from "./clouds";

describe("token services that never answer", function () {
  this.timeout(120_000);
  let clouds: Clouds;
  before(async () => {
    clouds = await Clouds.start([], () => undefined);
  });
  after(() => clouds.close());

  it("are given up within a minute, whichever cloud it is", async () => {
    const adc = join(clouds.folder, "adc.json");
    writeFileSync(join(clouds.folder, "subject"), "s3cret-subject");
    writeFileSync(
      adc,
      JSON.stringify({
        type: "external_account",
        audience:
          "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        token_url: `${clouds.plain}/v1/token`,
        credential_source: { file: join(clouds.folder, "subject") },
      }),
    );
    const began = Date.now();
    const outcomes = await Promise.all([
      clouds.login(
        { kind: "ecr", region: "eu-central-1" },
        {
          AWS_ENDPOINT_URL_ECR: clouds.plain,
          AWS_ACCESS_KEY_ID: "AKIA",
          AWS_SECRET_ACCESS_KEY: "s3cret-key",
        },
      ),
      clouds.login(
        { kind: "gar" },
        { GOOGLE_APPLICATION_CREDENTIALS: adc, METADATA_SERVER_DETECTION: "none" },
      ),
      clouds.login(
        { kind: "acr" },
        {
          AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
          IDENTITY_ENDPOINT: `${clouds.plain}/msi/token`,
          IDENTITY_HEADER: "s3cret-header",
        },
      ),
    ]);
    for (const { code, whole = "" } of outcomes) {
      assert.equal(code, "credentials-unreachable", whole);
      assert.doesNotMatch(whole, /s3cret/);
    }
    assert.ok(Date.now() - began < 65_000, `${Date.now() - began} ms`);
  });
});
