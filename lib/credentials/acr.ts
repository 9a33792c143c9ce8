import { z } from "zod";
import { UserError } from "../errors";
import { withRetries } from "../oci/retry";
import { Transport } from "../oci/transport";
import type { AcrCredentialSource } from "../resources/registry";
import { azureError, exchangeError } from "./azureFaults";
import { CALL_MS, bounded, networkFault, unreachable } from "./bounded";
import { type ShortLived, expiryOf } from "./shortLived";

/**
 * The registries' own audience: unlike a token of Azure's management it opens nothing else, and
 * registries that refuse management tokens (`azureADAuthenticationAsArmPolicy`) take it.
 */
const SCOPE = "https://containerregistry.azure.net/.default";
/** What a registry takes as the user of a refresh token (`az acr login --expose-token`). */
const USER = "00000000-0000-0000-0000-000000000000";
const ENTRA = "Microsoft Entra";
/** The SDK asks up to seven places one after the other, some by running a program. */
const ENTRA_MS = 4 * CALL_MS;
const MAX_BYTES = 256 * 1024;
const RETRIES = { retries: 2, backoffMs: 250, totalMs: CALL_MS };
const TOKEN = /^[\x21-\x7e]+$/;
/** Sign-in hosts of Azure's other clouds, by the end of their registries' names. */
const AUTHORITIES: readonly (readonly [string, string])[] = [
  [".azurecr.cn", "https://login.chinacloudapi.cn"],
  [".azurecr.us", "https://login.microsoftonline.us"],
];

const Exchanged = z.object({ refresh_token: z.string().regex(TOKEN) });
const Claims = z.object({ exp: z.number() });

/**
 * A login for one registry: the Entra token of this machine's Azure identity, exchanged for the
 * registry's own refresh token, about 3 hours. No administrator's key is involved.
 * @param server `NAME.azurecr.io`
 * @throws UserError `credentials-missing` for no identity, an ended one or another tenant's,
 *   `credentials-denied` where the registry lets it in nowhere, `credentials-unreachable`,
 *   `credentials-answer`
 */
export async function acrLogin(source: AcrCredentialSource, server: string): Promise<ShortLived> {
  const entraToken = await askEntra(source, server);
  const refreshToken = await bounded(server, exchange(source, server, entraToken));
  const origin = "the Azure identity of this machine";
  const credentials = { username: USER, password: refreshToken, origin };
  return { credentials, expires: expiryOf(endOf(refreshToken), server) };
}

async function askEntra({ tenantId }: AcrCredentialSource, server: string): Promise<string> {
  const { DefaultAzureCredential } = await import("@azure/identity");
  const authorityHost =
    process.env["AZURE_AUTHORITY_HOST"] ?? AUTHORITIES.find(([end]) => server.endsWith(end))?.[1];
  try {
    const credential = new DefaultAzureCredential({
      processTimeoutInMs: CALL_MS,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(authorityHost === undefined ? {} : { authorityHost }),
    });
    const asked = credential.getToken(SCOPE, {
      abortSignal: AbortSignal.timeout(ENTRA_MS),
      requestOptions: { timeout: CALL_MS },
    });
    return (await bounded(ENTRA, asked, ENTRA_MS)).token;
  } catch (error) {
    throw azureError(error, tenantId);
  }
}

async function exchange(
  { tenantId }: AcrCredentialSource,
  server: string,
  entraToken: string,
): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "access_token",
    service: server,
    ...(tenantId === undefined ? {} : { tenant: tenantId }),
    access_token: entraToken,
  });
  const request = {
    method: "POST",
    url: new URL(`https://${server}/oauth2/exchange`),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.from(form.toString()),
    timeoutMs: CALL_MS,
    maxBytes: MAX_BYTES,
  };
  const transport = new Transport();
  const response = await withRetries(RETRIES, () => transport.send(request)).catch(
    (error: unknown) => {
      throw unreachable(`registry \`${server}\``, networkFault(error) ?? "no usable answer");
    },
  );
  if (response.status !== 200) throw exchangeError(server, response, tenantId);
  const body = Exchanged.safeParse(jsonOf(response.body.toString("utf8")));
  if (body.success) return body.data.refresh_token;
  throw new UserError(
    `registry \`${server}\` gave no token for this machine's Azure identity: its answer is not the documented JSON; check that it is an Azure Container Registry, and try again later`,
    "credentials-answer",
  );
}

/** Milliseconds since the epoch; NaN where the token does not tell. It is not verified: nobody but the registry can. */
function endOf(token: string): number {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const claims = Claims.safeParse(jsonOf(payload));
  return claims.success ? claims.data.exp * 1000 : NaN;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
