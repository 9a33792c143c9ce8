import { UserError } from "../errors";
import type { GarCredentialSource } from "../resources/registry";
import { CALL_MS, bounded } from "./bounded";
import { googleError, impersonationError } from "./googleFaults";
import { whileSettling } from "./settling";
import { type ShortLived, expiryOf } from "./shortLived";

/** Artifact Registry takes tokens of this scope; IAM's roles limit what they may do. */
const SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];
/** What Google's registries take as the user of an access token. */
const USER = "oauth2accesstoken";
const SERVICE = "Google";
/** Google's IAM tells all its parts of a new account or right within about a minute, seldom later. */
const ACCOUNT_SETTLES_MS = 45_000;
const TOKEN = /^[\x21-\x7e]+$/;
const CLIENT = { transporterOptions: { timeout: CALL_MS } };
/** A federated identity takes three calls, of which the SDK bounds two. */
const OWN_TOKEN_MS = 3 * CALL_MS;
/** Only tokens are asked for: without a project's name the SDK would ask Google for it. */
const PROJECT = "bot-core";

/**
 * A login for Artifact Registry: an access token of the application default credentials, about an
 * hour. A service account is impersonated where the source names one; one that was made moments ago
 * is waited for.
 * @throws UserError `credentials-missing` for none or expired credentials, `credentials-denied` where
 *   the account may not be impersonated, `credentials-unreachable`, `credentials-answer`
 */
export function garLogin({ serviceAccount }: GarCredentialSource): Promise<ShortLived> {
  if (serviceAccount === undefined) return bounded(SERVICE, askOwnToken());
  const settling = {
    key: JSON.stringify(["gar", serviceAccount]),
    limitMs: ACCOUNT_SETTLES_MS,
    isRefusal: (error: unknown) =>
      error instanceof UserError && error.code === "credentials-denied",
  };
  return bounded(
    SERVICE,
    whileSettling(settling, () => askAsAccount(serviceAccount)),
  );
}

async function askOwnToken(): Promise<ShortLived> {
  const { client, token } = await ownToken();
  return login(token, client.credentials.expiry_date, "the application default credentials");
}

async function askAsAccount(serviceAccount: string): Promise<ShortLived> {
  const { Impersonated } = await import("google-auth-library");
  const own = await ownToken();
  const client = new Impersonated({
    sourceClient: own.client,
    targetPrincipal: serviceAccount,
    targetScopes: SCOPES,
    lifetime: 3600,
    delegates: [],
    ...CLIENT,
  });
  try {
    const { token } = await client.getAccessToken();
    const origin = `service account \`${serviceAccount}\`, by the application default credentials`;
    return login(token, client.credentials.expiry_date, origin);
  } catch (error) {
    throw impersonationError(error, serviceAccount);
  }
}

async function ownToken() {
  const { GoogleAuth } = await import("google-auth-library");
  const auth = new GoogleAuth({ scopes: SCOPES, projectId: PROJECT, clientOptions: CLIENT });
  const ask = async () => {
    const client = await auth.getClient();
    return { client, token: (await client.getAccessToken()).token };
  };
  try {
    return await bounded(SERVICE, ask(), OWN_TOKEN_MS);
  } catch (error) {
    throw googleError(error);
  }
}

function login(
  token: string | null | undefined,
  ends: number | null | undefined,
  origin: string,
): ShortLived {
  if (token === null || token === undefined || !TOKEN.test(token)) {
    throw new UserError(
      "Google gave no access token for a registry login; try again later",
      "credentials-answer",
    );
  }
  const credentials = { username: USER, password: token, origin };
  return { credentials, expires: expiryOf(ends ?? NaN, SERVICE) };
}
