import assert from "node:assert/strict";
import { resolveCredentials } from "../../../../lib/credentials";
import { callerAccount } from "../../../../lib/credentials/ecr";
import {
  type Answer,
  type Asked,
  TokenService,
  json,
  refused,
  setEnvironment,
} from "./tokenService";

const REGION = "eu-central-1";
const SERVER = `123456789012.dkr.ecr.${REGION}.amazonaws.com`;
const SOURCE = { kind: "ecr", region: REGION } as const;
const ROLE = "arn:aws:iam::123456789012:role/bot-core-pull";
const HOUR_MS = 3_600_000;

function isEcr({ headers }: Asked): boolean {
  return headers["x-amz-target"] !== undefined;
}

function token(password: string, expiresAt = Date.now() + 12 * HOUR_MS): Answer {
  const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
  return json(200, { authorizationData: [{ authorizationToken, expiresAt: expiresAt / 1000 }] });
}

function xml(status: number, text: string): Answer {
  return (_asked, response) => {
    response.writeHead(status, { "content-type": "text/xml" }).end(text);
  };
}

function stsError(code: string, status = 403): Answer {
  const text = `the request had s3cret-key and s3cret-session`;
  return xml(
    status,
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  );
}

const ROLE_KEYS = xml(
  200,
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s3cret-role</SecretAccessKey><SessionToken>s3cret-role-session</SessionToken><Expiration>${new Date(Date.now() + HOUR_MS).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
);

describe("the login of Amazon ECR", () => {
  let service: TokenService;
  let restore: () => void;
  beforeEach(async () => {
    service = await TokenService.start(token("s3cret-token"));
    restore = setEnvironment({
      AWS_ENDPOINT_URL_ECR: service.url,
      AWS_ENDPOINT_URL_STS: service.url,
      AWS_ACCESS_KEY_ID: "AKIASELF",
      AWS_SECRET_ACCESS_KEY: "s3cret-key",
      AWS_SESSION_TOKEN: "s3cret-session",
      AWS_PROFILE: undefined,
      AWS_CONFIG_FILE: "/nonexistent/config",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_MAX_ATTEMPTS: undefined,
    });
  });
  afterEach(async () => {
    restore();
    await service.stop();
  });
  const login = (source: { roleArn?: string; profile?: string } = {}) =>
    resolveCredentials({ ...SOURCE, ...source }, SERVER);

  it("is the user AWS with ECR's token", async () => {
    assert.deepEqual(await login(), {
      username: "AWS",
      password: "s3cret-token",
      origin: "the AWS identity of this machine",
    });
  });

  it("is asked for once by many at the same time and later", async () => {
    const logins = await Promise.all(Array.from({ length: 30 }, () => login()));
    assert.equal(new Set(logins.map((found) => found?.password)).size, 1);
    await login();
    assert.equal(service.asked.length, 1);
  });

  it("is asked for again shortly before it ends, and by another identity", async () => {
    service.answer = token("s3cret-1", Date.now() + 4 * 60_000);
    assert.equal((await login())?.password, "s3cret-1");
    service.answer = token("s3cret-2");
    assert.equal((await login())?.password, "s3cret-2");
    process.env["AWS_ACCESS_KEY_ID"] = "AKIAOTHER";
    service.answer = token("s3cret-3");
    assert.equal((await login())?.password, "s3cret-3");
    assert.equal(service.asked.length, 3);
  });

  it("is asked for again after a failure", async () => {
    service.answer = json(400, { __type: "ExpiredTokenException", message: "s3cret-session" });
    await refused(login(), "credentials-missing");
    service.answer = token("s3cret-token");
    assert.equal((await login())?.username, "AWS");
  });

  it("is that of a role where the source names one, which may be refused while it is new", async () => {
    let refusals = 2;
    service.answer = (asked, response) => {
      if (isEcr(asked)) token("s3cret-as-role")(asked, response);
      else if (refusals-- > 0) stsError("AccessDenied")(asked, response);
      else ROLE_KEYS(asked, response);
    };
    const found = await login({ roleArn: ROLE });
    assert.equal(found?.password, "s3cret-as-role");
    assert.match(found.origin ?? "", /role `arn:aws:iam::123456789012:role\/bot-core-pull`/);
    const [, , assumed, ecr] = service.asked;
    assert.match(assumed?.body ?? "", /Action=AssumeRole&.*RoleSessionName=bot-core/);
    assert.match(assumed?.headers.authorization ?? "", /Credential=AKIASELF/);
    assert.match(ecr?.headers.authorization ?? "", /Credential=ASIAROLE/);
  }).timeout(10_000);

  it("is not waited for where a role cannot be assumed for another reason", async () => {
    service.answer = stsError("ExpiredToken");
    await refused(login({ roleArn: `${ROLE}-ended` }), "credentials-missing");
    assert.equal(service.asked.length, 1);
  });

  for (const [type, code, words] of [
    ["AccessDeniedException", "credentials-denied", /does not let .*`ecr:GetAuthorizationToken`/],
    ["ExpiredTokenException", "credentials-missing", /session has expired; run `aws sso login`/],
    ["UnrecognizedClientException", "credentials-missing", /does not accept the credentials/],
    ["InvalidSignatureException", "credentials-missing", /does not accept the credentials/],
    ["SomethingNew", "credentials-answer", /`ecr:GetAuthorizationToken` \(SomethingNew\)/],
  ] as const) {
    it(`says what ${type} means, without AWS's own text`, async () => {
      service.answer = json(400, { __type: type, message: "s3cret-key, s3cret-session" });
      assert.match(await refused(login(), code), words);
    });
  }

  for (const [what, answer] of [
    ["no token", json(200, { authorizationData: [] })],
    ["a token of another form", json(200, { authorizationData: [{ authorizationToken: "eA==" }] })],
    ["a token that has ended", token("s3cret-token", Date.now() - 1000)],
    ["no JSON", xml(200, "<html>s3cret-token")],
  ] as const) {
    it(`refuses ${what}`, async () => {
      service.answer = answer;
      await refused(login(), "credentials-answer");
    });
  }

  it("names the clock where a token has ended on arrival", async () => {
    service.answer = token("s3cret-token", Date.parse("2020-01-01T00:00:00Z"));
    const message = await refused(login(), "credentials-answer");
    assert.match(message, /ended at 2020-01-01T00:00:00.000Z; check this machine's clock/);
  });

  it("says that there are no credentials, and how to get some", async () => {
    restore();
    restore = setEnvironment({
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_CONFIG_FILE: "/nonexistent/config",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
      AWS_EC2_METADATA_DISABLED: "true",
    });
    const message = await refused(login(), "credentials-missing");
    assert.match(message, /no usable AWS credentials were found.*run `aws sso login`/);
  });

  it("takes no other identity for a profile that is missing", async () => {
    const message = await refused(login({ profile: "prod" }), "credentials-missing");
    assert.match(message, /AWS profile `prod` is not there.*`aws configure list-profiles`/);
    assert.equal(service.asked.length, 0);
  });

  it("says that AWS cannot be reached", async () => {
    process.env["AWS_ENDPOINT_URL_ECR"] = "http://127.0.0.1:9";
    const message = await refused(login(), "credentials-unreachable");
    assert.match(message, /AWS in eu-central-1 cannot be reached.*ECONNREFUSED/);
  });

  describe("callerAccount", () => {
    const identity = (account: string): Answer =>
      xml(
        200,
        `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );

    it("is the account of this machine's identity", async () => {
      service.answer = identity("123456789012");
      assert.equal(await callerAccount({ region: REGION }), "123456789012");
    });

    it("refuses what is no account, and explains a refusal", async () => {
      service.answer = identity("s3cret");
      const message = await refused(callerAccount({ region: REGION }), "credentials-answer");
      assert.match(message, /`registry.accountId`/);
      service.answer = stsError("InvalidClientTokenId");
      await refused(callerAccount({ region: REGION }), "credentials-missing");
    });
  });
});
