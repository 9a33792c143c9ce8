import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { Clouds, type Handler, type Outcome } from "./clouds";

const IAM = "iamcredentials.googleapis.com";
const ACCOUNT = "bot-core-pull@project.iam.gserviceaccount.com";

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

describe("the login of Artifact Registry as a service account", function () {
  this.timeout(120_000);
  let clouds: Clouds;
  let refusals = 0;
  const usual: Handler = ({ url, headers, body }, response) => {
    if (url === "/v1/token") {
      send(response, 200, { access_token: "s3cret-own", expires_in: 3600, token_type: "Bearer" });
      return;
    }
    assert.equal(url, `/v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`);
    assert.equal(headers.authorization, "Bearer s3cret-own");
    assert.deepEqual(JSON.parse(body), {
      delegates: [],
      scope: ["https://www.googleapis.com/auth/cloud-platform"],
      lifetime: "3600s",
    });
    if (refusals-- > 0) {
      send(response, 403, { error: { code: 403, message: "s3cret", status: "PERMISSION_DENIED" } });
      return;
    }
    const expireTime = new Date(Date.now() + 3_600_000).toISOString();
    send(response, 200, { accessToken: "s3cret-as-account", expireTime });
  };
  before(async () => {
    clouds = await Clouds.start([IAM], usual);
    writeFileSync(join(clouds.folder, "subject"), "s3cret-subject");
    writeFileSync(join(clouds.folder, "adc.json"), JSON.stringify(federation()));
  });
  after(() => clouds.close());

  function federation(): object {
    return {
      type: "external_account",
      audience:
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${clouds.plain}/v1/token`,
      credential_source: { file: join(clouds.folder, "subject") },
    };
  }

  const login = (): Promise<Outcome> =>
    clouds.login(
      { kind: "gar", serviceAccount: ACCOUNT },
      {
        GOOGLE_APPLICATION_CREDENTIALS: join(clouds.folder, "adc.json"),
        METADATA_SERVER_DETECTION: "none",
        HTTPS_PROXY: clouds.proxyAddress,
        NO_PROXY: "127.0.0.1",
      },
    );

  it("is a token of that account, by this machine's own", async () => {
    refusals = 0;
    const { credentials, message } = await login();
    assert.equal(credentials?.password, "s3cret-as-account", message);
  });

  it("waits for an account that was made moments ago", async () => {
    refusals = 2;
    const { credentials, message } = await login();
    assert.equal(credentials?.password, "s3cret-as-account", message);
  });

  it("says within a minute which right is missing", async () => {
    refusals = Number.POSITIVE_INFINITY;
    const began = Date.now();
    const { code, message = "", whole = "" } = await login();
    assert.equal(code, "credentials-denied", whole);
    assert.match(
      message,
      /impersonate service account `bot-core-pull@.*serviceAccountTokenCreator/,
    );
    assert.doesNotMatch(whole, /s3cret/);
    assert.ok(Date.now() - began < 62_000);
  });
});
