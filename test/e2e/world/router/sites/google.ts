import { bearerSite } from "../bearerSite";
import {
  GOOGLE_OPERATOR,
  GOOGLE_READER,
  hasAccount,
  hasGoogleRepository,
  mayActAs,
  rolesAt,
} from "../cloud/gcp";
import type { CloudStore } from "../cloud/store";
import { bearerToken, bodyOf, type Exchange, formOf, sendJson, type Site } from "../exchange";
import { PLANTED, type Tokens } from "../tokens";

/** Where the world's repository is. */
export const GOOGLE_LOCATION = "europe-west3";
const HOST = `${GOOGLE_LOCATION}-docker.pkg.dev`;

/** What Google's users keep on their machines: refresh tokens of gcloud, and a token of a workload. */
export const GOOGLE_SECRETS = {
  refresh: `${PLANTED}google-refresh`,
  workload: `${PLANTED}google-workload`,
  readerRefresh: `${PLANTED}google-refresh-reader`,
  client: `${PLANTED}google-client-secret`,
};

const REFRESH: ReadonlyMap<string, string> = new Map([
  [GOOGLE_SECRETS.refresh, GOOGLE_OPERATOR],
  [GOOGLE_SECRETS.readerRefresh, GOOGLE_READER],
]);

const HOUR = 3600;
/** Audience of Google's access tokens. */
const GOOGLE = "google";

/** Google's token services and Artifact Registry. */
export function google(tokens: Tokens, cloud: CloudStore): readonly Site[] {
  return [
    { hosts: ["oauth2.googleapis.com"], answer: (exchange) => refreshed(tokens, exchange) },
    { hosts: ["sts.googleapis.com"], answer: (exchange) => exchanged(tokens, exchange) },
    {
      hosts: ["iamcredentials.googleapis.com"],
      answer: (exchange) => impersonated(tokens, cloud, exchange),
    },
    artifactRegistry(tokens, cloud),
  ];
}

/** `gcloud auth application-default login`'s refresh token (RFC 6749, 6). */
async function refreshed(tokens: Tokens, exchange: Exchange): Promise<void> {
  const form = await formOf(exchange);
  const email = REFRESH.get(form.get("refresh_token") ?? "");
  if (form.get("grant_type") !== "refresh_token" || email === undefined) {
    const error_description = "Token has been expired or revoked.";
    sendJson(exchange, 400, { error: "invalid_grant", error_description });
    return;
  }
  exchange.subject = email;
  const access_token = tokens.issue(GOOGLE, email, HOUR);
  sendJson(exchange, 200, { access_token, expires_in: HOUR, token_type: "Bearer", scope: SCOPE });
}

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** A workload's own token for one of Google's (RFC 8693). */
async function exchanged(tokens: Tokens, exchange: Exchange): Promise<void> {
  const form = await formOf(exchange);
  if (form.get("subject_token") !== GOOGLE_SECRETS.workload) {
    const error_description = "The token is invalid.";
    sendJson(exchange, 400, { error: "invalid_grant", error_description });
    return;
  }
  exchange.subject = GOOGLE_OPERATOR;
  sendJson(exchange, 200, {
    access_token: tokens.issue(GOOGLE, GOOGLE_OPERATOR, HOUR),
    issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
    token_type: "Bearer",
    expires_in: HOUR,
  });
}

const GENERATE = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/;

/** IAM credentials: a token of a service account, for whoever may act as it. */
async function impersonated(tokens: Tokens, cloud: CloudStore, exchange: Exchange): Promise<void> {
  await bodyOf(exchange);
  const held = tokens.find(GOOGLE, bearerToken(exchange) ?? "");
  const account = decodeURIComponent(GENERATE.exec(exchange.url.pathname)?.[1] ?? "");
  if (held === undefined || held === "expired") {
    googleError(
      exchange,
      401,
      "UNAUTHENTICATED",
      "Request had invalid authentication credentials.",
    );
    return;
  }
  exchange.subject = held.subject;
  const allowed = held.subject === GOOGLE_READER || mayActAs(cloud, held.subject, account);
  if (!hasAccount(cloud, account) || !allowed) {
    const message =
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).";
    googleError(exchange, 403, "PERMISSION_DENIED", message);
    return;
  }
  const expireTime = new Date(Date.now() + HOUR * 1000).toISOString();
  sendJson(exchange, 200, { accessToken: tokens.issue(GOOGLE, account, HOUR), expireTime });
}

function googleError(exchange: Exchange, code: number, status: string, message: string): void {
  sendJson(exchange, code, { error: { code, message, status } });
}

/** LOCATION-docker.pkg.dev: access tokens log in; roles at the repository decide. */
function artifactRegistry(tokens: Tokens, cloud: CloudStore): Site {
  return bearerSite(
    {
      name: "gar",
      hosts: [HOST],
      realm: (host) => new URL(`https://${host}/v2/token`),
      service: (host) => host,
      seconds: HOUR,
      login: ({ username, password }) => {
        const held = username === "oauth2accesstoken" ? tokens.find(GOOGLE, password) : undefined;
        if (held !== undefined && held !== "expired") return held.subject;
        const message = "authentication failed: the access token is invalid or has expired";
        return { status: 401, code: "UNAUTHORIZED", message };
      },
      may: (subject, repository, action) => {
        if (subject === GOOGLE_OPERATOR) return true;
        if (subject === GOOGLE_READER) return action === "pull";
        const roles = rolesAt(cloud, GOOGLE_LOCATION, repository, subject);
        const writes = roles.includes("roles/artifactregistry.writer");
        if (action === "pull") return writes || roles.includes("roles/artifactregistry.reader");
        return action === "push" && writes;
      },
      denied: ({ repository, action }) => {
        const [project = "", name = ""] = repository.split("/");
        const permission = action === "pull" ? "downloadArtifacts" : "uploadArtifacts";
        const message =
          `Permission "artifactregistry.repositories.${permission}" denied on resource ` +
          `"projects/${project}/locations/${GOOGLE_LOCATION}/repositories/${name}" (or it may not exist)`;
        return { status: 403, code: "DENIED", message };
      },
      refuse: ({ repository }) => {
        if (hasGoogleRepository(cloud, GOOGLE_LOCATION, repository)) return undefined;
        const name = repository.split("/")[1] ?? "";
        return { status: 404, code: "NAME_UNKNOWN", message: `Repository "${name}" not found` };
      },
    },
    tokens,
  );
}
