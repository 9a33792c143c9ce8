import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AwsCaller } from "../../../lib/credentials/awsSession";
import { completeSettings } from "../../../lib/settings/complete";
import type { Environment, RawConfig, Settings } from "../../../lib/settings/settings";
import { UserError } from "../../../lib/errors";

const ACCOUNT = "123456789012";

function rawOf(provider: string, registry: object, rest: object = {}): RawConfig {
  const values = {
    provider,
    registry: JSON.stringify(registry),
    version: "v1",
    host: "false",
    sign: "false",
  };
  return { values: { ...values, ...rest }, secretKeys: new Set() };
}

describe("completeSettings", () => {
  const asked: AwsCaller[] = [];
  beforeEach(() => {
    asked.length = 0;
  });
  const complete = (raw: RawConfig, environment: Environment = {}): Promise<Settings> =>
    completeSettings(raw, environment, (caller) => {
      asked.push(caller);
      return Promise.resolve(ACCOUNT);
    });

  it("asks AWS for the account once, with the registry's region and profile", async () => {
    const registry = { region: "eu-central-1", profile: "acme" };
    const settings = await complete(rawOf("ecr", registry));
    const server = `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com`;
    assert.equal(settings.registry.endpoint.server, server);
    assert.equal(settings.registry.account.endpoint.server, server);
    assert.deepEqual(asked, [registry]);
  });

  const known: readonly (readonly [string, RawConfig, Environment])[] = [
    ["the configuration", rawOf("ecr", { region: "eu-central-1", accountId: ACCOUNT }), {}],
    ["AWS_ACCOUNT_ID", rawOf("ecr", { region: "eu-central-1" }), { AWS_ACCOUNT_ID: ACCOUNT }],
    [
      "DOCKER_REGISTRY",
      rawOf("ecr", {}),
      { DOCKER_REGISTRY: `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com` },
    ],
  ];
  for (const [name, raw, environment] of known) {
    it(`asks nobody where ${name} says it`, async () => {
      const { registry } = await complete(raw, environment);
      assert.match(registry.endpoint.server, new RegExp(`^${ACCOUNT}\\.dkr`));
      assert.deepEqual(asked, []);
    });
  }

  it("asks nobody for another registry", async () => {
    await complete(rawOf("ghcr", { owner: "acme" }));
    assert.deepEqual(asked, []);
  });

  it("asks nobody before all else is legal, and does not call the account a fault", async () => {
    const raw = rawOf("ecr", { region: "eu-central-1" }, { version: "v 1" });
    await assert.rejects(complete(raw), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^[^\n]*\n {2}version: given "v 1"[^\n]*$/);
      return true;
    });
    assert.deepEqual(asked, []);
  });

  it("asks by AWS's own SDK, which is loaded for that", async () => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => requests.push(chunk.toString()));
      request.on("end", () => {
        response.setHeader("content-type", "text/xml");
        response.end(
          '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
            `<GetCallerIdentityResult><Account>${ACCOUNT}</Account></GetCallerIdentityResult>` +
            "</GetCallerIdentityResponse>",
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const variables = {
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "not-a-real-one",
    };
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      const { registry } = await completeSettings(rawOf("ecr", { region: "eu-central-1" }), {});
      assert.equal(registry.endpoint.server, `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com`);
      assert.match(requests.join(), /Action=GetCallerIdentity/);
    } finally {
      for (const name of Object.keys(variables)) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
      server.close();
    }
  });

  it("hands on what AWS refuses", async () => {
    const refusal = new UserError("no AWS credentials", "credentials-missing");
    const raw = rawOf("ecr", { region: "eu-central-1" });
    await assert.rejects(
      completeSettings(raw, {}, () => Promise.reject(refusal)),
      refusal,
    );
  });
});
