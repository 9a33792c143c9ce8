import { UserError, messageOf } from "../errors";
import type { HttpResponse } from "../oci/transport";
import { networkFault, unreachable } from "./bounded";

/** Codes of Entra's answers (learn.microsoft.com, "Microsoft Entra authentication error codes"). */
const CODE = /AADSTS\d{4,8}/;
const WRONG_TENANT: ReadonlySet<string> = new Set([
  "AADSTS50020",
  "AADSTS50034",
  "AADSTS70001",
  "AADSTS90002",
  "AADSTS90072",
  "AADSTS500011",
  "AADSTS700016",
]);
const WRONG_SECRET: ReadonlySet<string> = new Set([
  "AADSTS7000215",
  "AADSTS7000222",
  "AADSTS700027",
  "AADSTS50012",
]);
const NO_FEDERATION: ReadonlySet<string> = new Set([
  "AADSTS70021",
  "AADSTS700211",
  "AADSTS700213",
  "AADSTS700024",
]);

/**
 * The user's error for an Azure identity that gives no token. The SDK's own text is never quoted:
 * it repeats requests and other programs' output. Only Entra's code is taken from it.
 */
export function azureError(error: unknown, tenantId: string | undefined): UserError {
  if (error instanceof UserError) return error;
  const words = textOf(error);
  const code = CODE.exec(words)?.[0];
  const login = `\`az login${tenantId === undefined ? "" : ` --tenant ${tenantId}`}\``;
  const network = networkFault(error);
  if (code === undefined && network !== undefined) return unreachable("Microsoft Entra", network);
  if (code === undefined && /Invalid value for AZURE_TOKEN_CREDENTIALS/.test(words)) {
    return missing(
      "AZURE_TOKEN_CREDENTIALS has a value that Azure's SDK does not know; `dev`, `prod` or a credential's name is allowed: correct or unset it",
    );
  }
  if (code === undefined) {
    return missing(
      `no usable Azure identity was found (environment, workload or managed identity, Azure CLI); run ${login}, or set AZURE_CLIENT_ID and AZURE_TENANT_ID with AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE`,
    );
  }
  if (WRONG_TENANT.has(code)) {
    const given = tenantId === undefined ? "" : ` \`${tenantId}\``;
    return missing(
      `Microsoft Entra does not know this Azure identity in the tenant${given} (${code}); give the registry's tenant as \`registry.tenantId\`, and run ${login}`,
    );
  }
  if (WRONG_SECRET.has(code)) {
    return missing(
      `Microsoft Entra does not accept the application's secret or certificate, or it has ended (${code}); renew AZURE_CLIENT_SECRET or the certificate`,
    );
  }
  if (NO_FEDERATION.has(code)) {
    return missing(
      `Microsoft Entra does not accept the federated token (${code}); let a federated credential of the identity name this workflow's issuer and subject`,
    );
  }
  return missing(`Microsoft Entra gives this Azure identity no token (${code}); run ${login}`);
}

/** The user's error for a registry that gives no token for a valid Entra token. */
export function exchangeError(
  server: string,
  { status, body }: Pick<HttpResponse, "status" | "body">,
  tenantId: string | undefined,
): UserError {
  const words = body.toString("utf8");
  if (/aka\.ms\/acr\/firewall|is not allowed access/i.test(words)) {
    return denied(
      `registry \`${server}\` refuses this machine's address by its firewall; allow it (\`az acr network-rule add --ip-address …\`), or work from an allowed network`,
    );
  }
  if (status === 401 || status === 403) {
    const tenant = tenantId === undefined ? "`registry.tenantId`" : `tenant \`${tenantId}\``;
    return denied(
      `registry \`${server}\` gives this machine's Azure identity no token (status ${status}); give it the role AcrPush (AcrPull for pulls; in ABAC mode \`Container Registry Repository Writer\` or \`Reader\`), and check that it is of the registry's tenant (${tenant})`,
    );
  }
  if (status === 404) {
    return new UserError(
      `\`${server}\` is no Azure Container Registry that gives tokens (status 404); correct \`registry.name\``,
      "credentials-answer",
    );
  }
  return new UserError(
    `registry \`${server}\` gave no token for this machine's Azure identity (status ${status}); try again later`,
    "credentials-answer",
  );
}

/** All texts of an error and of those that it collects, to look for codes in. */
function textOf(error: unknown): string {
  const inner =
    error instanceof Error && "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  return [messageOf(error), ...inner.map(messageOf)].join(" ");
}

function missing(text: string): UserError {
  return new UserError(text, "credentials-missing");
}

function denied(text: string): UserError {
  return new UserError(text, "credentials-denied");
}
