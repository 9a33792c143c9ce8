import { ACR_NAME } from "../../hosts";
import { bearerSite } from "../bearerSite";
import { AZURE_TENANT, hasAzureRegistry } from "../cloud/azure";
import type { CloudStore } from "../cloud/store";
import { type Exchange, formOf, sendJson, sendRegistryError, type Site } from "../exchange";
import { answerAcrApi } from "./acrApi";
import { PLANTED, type Tokens } from "../tokens";

const SERVER = `${ACR_NAME}.azurecr.io`;

/** Applications of the tenant, by what they log in with. */
export const AZURE_SECRETS = {
  secret: `${PLANTED}azure-client-secret`,
  workload: `${PLANTED}azure-workload`,
  readerSecret: `${PLANTED}azure-client-secret-reader`,
};
export const AZURE_CLIENTS = {
  deployer: "aaaaaaaa-0000-0000-0000-000000000001",
  reader: "aaaaaaaa-0000-0000-0000-000000000002",
};

/** By client and what it proves itself with. */
const APPLICATIONS: ReadonlyMap<string, string> = new Map([
  [`${AZURE_CLIENTS.deployer} ${AZURE_SECRETS.secret}`, "deployer"],
  [`${AZURE_CLIENTS.deployer} ${AZURE_SECRETS.workload}`, "deployer"],
  [`${AZURE_CLIENTS.reader} ${AZURE_SECRETS.readerSecret}`, "reader"],
]);

const HOUR = 3600;
/** Who a registry's refresh token logs in as. */
const NOBODY = "00000000-0000-0000-0000-000000000000";
const ENTRA = "entra";
const REFRESH = "acr-refresh";

/** Microsoft Entra and Azure Container Registry. */
export function azure(tokens: Tokens, cloud: CloudStore): readonly Site[] {
  const data = registry(tokens);
  return [
    { hosts: ["login.microsoftonline.com"], answer: (exchange) => entra(tokens, exchange) },
    {
      hosts: [SERVER],
      answer: async (exchange) => {
        if (!hasAzureRegistry(cloud, SERVER)) throw new Error(`${SERVER} has no name any more`);
        if (exchange.url.pathname === "/oauth2/exchange") await exchanged(tokens, exchange);
        else if (exchange.url.pathname.startsWith("/acr/v1/")) answerAcrApi(tokens, exchange);
        else await data.answer(exchange);
      },
    },
  ];
}

/** The tenant's metadata, and tokens by the client credentials flow (RFC 6749, 4.4). */
async function entra(tokens: Tokens, exchange: Exchange): Promise<void> {
  const { pathname } = exchange.url;
  const authority = `https://login.microsoftonline.com/${AZURE_TENANT}`;
  if (pathname === "/common/discovery/instance") {
    sendJson(exchange, 200, {
      tenant_discovery_endpoint: `${authority}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [
        {
          preferred_network: exchange.host,
          preferred_cache: exchange.host,
          aliases: [exchange.host],
        },
      ],
    });
  } else if (pathname === `/${AZURE_TENANT}/v2.0/.well-known/openid-configuration`) {
    sendJson(exchange, 200, {
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      issuer: `${authority}/v2.0`,
      jwks_uri: `${authority}/discovery/v2.0/keys`,
      end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    });
  } else if (pathname === `/${AZURE_TENANT}/oauth2/v2.0/token`) {
    await applicationToken(tokens, exchange);
  } else {
    sendJson(exchange, 404, { error: "not_found" });
  }
}

async function applicationToken(tokens: Tokens, exchange: Exchange): Promise<void> {
  const form = await formOf(exchange);
  const proof = form.get("client_secret") ?? form.get("client_assertion") ?? "";
  const subject = APPLICATIONS.get(`${form.get("client_id") ?? ""} ${proof}`);
  if (subject === undefined) {
    const error_description = "AADSTS7000215: Invalid client secret provided.";
    sendJson(exchange, 401, { error: "invalid_client", error_description });
    return;
  }
  exchange.subject = subject;
  const access_token = tokens.issue(ENTRA, subject, HOUR);
  const expires_in = HOUR - 1;
  sendJson(exchange, 200, {
    token_type: "Bearer",
    expires_in,
    ext_expires_in: expires_in,
    access_token,
  });
}

/** An Entra token for the registry's own refresh token, a JSON Web Token of three hours. */
async function exchanged(tokens: Tokens, exchange: Exchange): Promise<void> {
  const form = await formOf(exchange);
  const held = tokens.find(ENTRA, form.get("access_token") ?? "");
  const isRight = form.get("grant_type") === "access_token" && form.get("service") === SERVER;
  if (held === undefined || held === "expired" || !isRight) {
    sendRegistryError(exchange, 401, "UNAUTHORIZED", MORE);
    return;
  }
  exchange.subject = held.subject;
  const seconds = 3 * HOUR;
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const encode = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = encode({ aud: SERVER, sub: held.subject, exp, grant_type: "refresh_token" });
  const write = (signature: string): string => `${encode({ alg: "RS256" })}.${claims}.${signature}`;
  const refresh_token = tokens.issue(REFRESH, held.subject, seconds, undefined, write);
  sendJson(exchange, 200, { refresh_token });
}

const MORE =
  "authentication required, visit https://aka.ms/acr/authorization for more information.";

/** The data plane: `deployer` has AcrPush and AcrDelete, `reader` AcrPull. */
function registry(tokens: Tokens): Site {
  return bearerSite(
    {
      name: "acr",
      hosts: [SERVER],
      realm: (host) => new URL(`https://${host}/oauth2/token`),
      service: (host) => host,
      seconds: 75 * 60,
      login: ({ username, password }) => {
        const held = username === NOBODY ? tokens.find(REFRESH, password) : undefined;
        if (held !== undefined && held !== "expired") return held.subject;
        return { status: 401, code: "UNAUTHORIZED", message: MORE };
      },
      may: (subject, _repository, action) => subject === "deployer" || action === "pull",
      denied: () => ({ status: 401, code: "UNAUTHORIZED", message: MORE }),
    },
    tokens,
  );
}
