import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { Clouds, type Handler, type Outcome } from "./clouds";

const PLANTED = /s3cret/;
const ENTRA = "login.microsoftonline.com";
const TENANT = "00000000-0000-0000-0000-000000000001";

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A registry's refresh token: the claims are read, the rest is opaque. */
function refreshToken(): string {
  const claims = { exp: Math.floor(Date.now() / 1000) + 3 * 3600, jti: "s3cret-refresh" };
  return `s3cret.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s3cret`;
}

describe("the login of Azure Container Registry", function () {
  this.timeout(60_000);
  let clouds: Clouds;
  const exchanges: URLSearchParams[] = [];
  /** Managed identity of an app service, and a registry's exchange. */
  const usual: Handler = ({ url, headers, body }, response) => {
    if (url.startsWith("/msi")) {
      assert.equal(headers["x-identity-header"], "s3cret-header");
      const resource = new URL(url, "http://localhost").searchParams.get("resource");
      assert.equal(resource, "https://containerregistry.azure.net");
      const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
      send(response, 200, {
        access_token: "s3cret-entra",
        expires_on,
        resource,
        token_type: "Bearer",
      });
      return;
    }
    assert.equal(url, "/oauth2/exchange");
    exchanges.push(new URLSearchParams(body));
    send(response, 200, { refresh_token: refreshToken() });
  };
  before(async () => {
    clouds = await Clouds.start([ENTRA], usual);
  });
  after(() => clouds.close());
  beforeEach(() => {
    clouds.handler = usual;
    exchanges.splice(0);
  });

  const login = (source: { tenantId?: string } = {}, more = {}): Promise<Outcome> =>
    clouds.login(
      { kind: "acr", ...source },
      {
        AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
        IDENTITY_ENDPOINT: `${clouds.plain}/msi/token`,
        IDENTITY_HEADER: "s3cret-header",
        ...more,
      },
    );
  const refused = async (outcome: Promise<Outcome>, code: string): Promise<string> => {
    const { code: given, message = "", whole = "" } = await outcome;
    assert.equal(given, code, whole);
    assert.doesNotMatch(whole, PLANTED);
    return message;
  };
  /** The identity is given; the registry answers the exchange so. */
  const exchangeAnswers = (status: number, body: unknown): void => {
    clouds.handler = (asked, response) => {
      if (asked.url.startsWith("/msi")) usual(asked, response);
      else send(response, status, body);
    };
  };

  it("is the registry's own refresh token, for the registries' own audience", async () => {
    const { credentials } = await login({ tenantId: "contoso.example" });
    assert.equal(credentials?.username, "00000000-0000-0000-0000-000000000000");
    assert.match(credentials.password, /^s3cret\..*\.s3cret$/);
    assert.deepEqual(Object.fromEntries(exchanges[0] ?? []), {
      grant_type: "access_token",
      service: clouds.server,
      tenant: "contoso.example",
      access_token: "s3cret-entra",
    });
  });

  for (const [status, body, code, words] of [
    [401, { errors: [{ message: "s3cret-entra" }] }, "credentials-denied", /AcrPush.*tenant/],
    [
      403,
      { errors: [{ code: "DENIED", message: "client with IP '1.2.3.4' is not allowed access" }] },
      "credentials-denied",
      /firewall.*`az acr network-rule add/,
    ],
    [404, "s3cret-entra", "credentials-answer", /is no Azure Container Registry/],
    [200, { refresh_token: "s3cret with\nlines" }, "credentials-answer", /documented JSON/],
    [200, "<html>s3cret", "credentials-answer", /documented JSON/],
  ] as const) {
    it(`explains the exchange's status ${status}: ${words.source}`, async () => {
      exchangeAnswers(status, body);
      assert.match(await refused(login(), code), words);
    });
  }

  it("explains a token that has ended on arrival", async () => {
    const claims = Buffer.from(JSON.stringify({ exp: 1 })).toString("base64url");
    exchangeAnswers(200, { refresh_token: `s3cret.${claims}.x` });
    assert.match(await refused(login(), "credentials-answer"), /this machine's clock/);
  });

  it("says that there is no identity, and which tenant to log in to", async () => {
    const outcome = login(
      { tenantId: "contoso.example" },
      { AZURE_TOKEN_CREDENTIALS: "AzureCliCredential", PATH: clouds.folder },
    );
    const message = await refused(outcome, "credentials-missing");
    assert.match(message, /no usable Azure identity.*`az login --tenant contoso.example`/);
  });

  it("names a value of AZURE_TOKEN_CREDENTIALS that the SDK does not know", async () => {
    const outcome = login({}, { AZURE_TOKEN_CREDENTIALS: "s3cret" });
    assert.match(await refused(outcome, "credentials-missing"), /AZURE_TOKEN_CREDENTIALS/);
  });

  it("says that the registry cannot be reached", async () => {
    const outcome = clouds.login(
      { kind: "acr" },
      {
        AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
        IDENTITY_ENDPOINT: `${clouds.plain}/msi/token`,
        IDENTITY_HEADER: "s3cret-header",
      },
      "localhost:9",
    );
    assert.match(await refused(outcome, "credentials-unreachable"), /`localhost:9`.*ECONNREFUSED/);
  });

  for (const [aadsts, words] of [
    ["AADSTS90002", /does not know this Azure identity in the tenant/],
    ["AADSTS7000215", /renew AZURE_CLIENT_SECRET/],
    ["AADSTS50076", /AADSTS50076\); run `az login`/],
  ] as const) {
    it(`explains ${aadsts} by its code alone`, async () => {
      clouds.handler = ({ url }, response) => {
        if (url.includes("/.well-known/") || url.includes("/discovery/")) {
          entraMetadata(response);
        } else {
          send(response, 401, { error: "invalid_client", error_description: `${aadsts}: s3cret` });
        }
      };
      const outcome = login({}, entraApplication(clouds.proxyAddress));
      assert.match(await refused(outcome, "credentials-missing"), words);
    });
  }
});

/** A service principal with a secret; its sign-in host is reached through a proxy. */
function entraApplication(proxy: string): Record<string, string> {
  return {
    AZURE_TOKEN_CREDENTIALS: "EnvironmentCredential",
    AZURE_TENANT_ID: TENANT,
    AZURE_CLIENT_ID: "00000000-0000-0000-0000-000000000002",
    AZURE_CLIENT_SECRET: "s3cret-of-the-application",
    HTTPS_PROXY: proxy,
  };
}

function entraMetadata(response: ServerResponse): void {
  const base = `https://${ENTRA}/${TENANT}`;
  send(response, 200, {
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    tenant_discovery_endpoint: `${base}/v2.0/.well-known/openid-configuration`,
    metadata: [{ preferred_network: ENTRA, preferred_cache: ENTRA, aliases: [ENTRA] }],
  });
}
