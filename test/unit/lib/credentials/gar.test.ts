import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveCredentials } from "../../../../lib/credentials";
import { type Answer, TokenService, json, refused, setEnvironment } from "./tokenService";

const SERVER = "europe-west3-docker.pkg.dev";

function token(value: string, seconds = 3600): Answer {
  return json(200, {
    access_token: value,
    expires_in: seconds,
    issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
    token_type: "Bearer",
  });
}

describe("the login of Google Artifact Registry", () => {
  let service: TokenService;
  let folder = "";
  let restore: () => void;
  const file = (): string => join(folder, "adc.json");
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "bot-core-gar-"));
    service = await TokenService.start(token("s3cret-token"));
    writeFileSync(join(folder, "subject"), "s3cret-subject");
    writeFileSync(file(), JSON.stringify(federation()));
    restore = setEnvironment({
      GOOGLE_APPLICATION_CREDENTIALS: file(),
      GOOGLE_CLOUD_PROJECT: undefined,
      METADATA_SERVER_DETECTION: "none",
      CLOUDSDK_CONFIG: folder,
      HOME: folder,
    });
  });
  afterEach(async () => {
    restore();
    await service.stop();
    rmSync(folder, { recursive: true });
  });
  const login = () => resolveCredentials({ kind: "gar" }, SERVER);

  /** Workload identity federation, as google-github-actions/auth writes it. */
  function federation(more: object = {}): object {
    return {
      type: "external_account",
      audience:
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${service.url}/v1/token`,
      credential_source: { file: join(folder, "subject") },
      ...more,
    };
  }

  it("is an access token, and the token alone is asked for", async () => {
    assert.deepEqual(await login(), {
      username: "oauth2accesstoken",
      password: "s3cret-token",
      origin: "the application default credentials",
    });
    assert.deepEqual(
      service.asked.map(({ method, url }) => `${method} ${url}`),
      ["POST /v1/token"],
    );
  });

  it("is asked for once by many, and again shortly before it ends", async () => {
    service.answer = token("s3cret-short", 240);
    assert.equal((await login())?.password, "s3cret-short");
    service.answer = token("s3cret-long");
    await Promise.all(Array.from({ length: 30 }, login));
    assert.equal((await login())?.password, "s3cret-long");
    assert.equal(service.asked.length, 2);
  });

  it("follows a federation that ends in a service account", async () => {
    const path = "/v1/projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com:generateAccessToken";
    const more = { service_account_impersonation_url: `${service.url}${path}` };
    writeFileSync(file(), JSON.stringify(federation(more)));
    service.answer = (asked, response) => {
      const expireTime = new Date(Date.now() + 3_600_000).toISOString();
      const given = json(200, { accessToken: "s3cret-account", expireTime });
      (asked.url === path ? given : token("s3cret-federated"))(asked, response);
    };
    assert.equal((await login())?.password, "s3cret-account");
    assert.equal(service.asked.at(-1)?.headers.authorization, "Bearer s3cret-federated");
  });

  for (const [what, answer, code, words] of [
    [
      "an ended session",
      json(400, { error: "invalid_grant", error_description: "s3cret-subject" }),
      "credentials-missing",
      /does not accept the credentials any more; mend or renew what GOOGLE_APPLICATION_CREDENTIALS/,
    ],
    ["a refusal", json(403, { error: "s3cret-subject" }), "credentials-missing", /status 403/],
    ["no JSON", json(200, "s3cret"), "credentials-answer", /gave no access token/],
    ["an unusable token", token("s3cret\ntoken"), "credentials-answer", /gave no access token/],
    [
      "an ended token",
      token("s3cret-token", -60),
      "credentials-answer",
      /check this machine's clock/,
    ],
  ] as const) {
    it(`explains ${what}, without Google's own text`, async () => {
      service.answer = answer;
      assert.match(await refused(login(), code), words);
    });
  }

  it("says that there are no credentials, and how to get some", async () => {
    delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
    const message = await refused(login(), "credentials-missing");
    assert.match(message, /no Google credentials.*`gcloud auth application-default login`/);
  });

  for (const [what, text] of [
    ["is no JSON", '{"private_key": "s3cret'],
    ["has another form", '{"type": "s3cret"}'],
  ] as const) {
    it(`names a credentials file that ${what}, not its content`, async () => {
      writeFileSync(file(), text);
      const message = await refused(login(), "credentials-missing");
      assert.ok(message.includes(`\`${file()}\``), message);
    });
  }

  it("says that Google cannot be reached", async () => {
    writeFileSync(file(), JSON.stringify(federation({ token_url: "http://127.0.0.1:9/token" })));
    const message = await refused(login(), "credentials-unreachable");
    assert.match(message, /Google cannot be reached/);
  }).timeout(20_000);
});
