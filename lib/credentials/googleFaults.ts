import { UserError, messageOf } from "../errors";
import { networkFault, unreachable } from "./bounded";

const LOGIN = "run `gcloud auth application-default login`";
const NO_SOURCE = /Could not load the default credentials/;
const BAD_FILE =
  /GOOGLE_APPLICATION_CREDENTIALS|file path is invalid|does not exist, or it is not a file|Unexpected (token|end)|JSON|credential_source|not a valid/i;
const ENDED = /invalid_grant|invalid_rapt|reauth|expired|revoked/i;
const API_OFF = /has not been used in project|SERVICE_DISABLED|accessNotConfigured/;

/**
 * The user's error for application default credentials that give no token. The SDK's own error is
 * neither quoted nor kept as the cause: it holds the request with its secrets.
 */
export function googleError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  const network = networkFault(error);
  if (network !== undefined) return unreachable("Google", network);
  const words = `${messageOf(error)} ${bodyOf(error)}`;
  const file = process.env["GOOGLE_APPLICATION_CREDENTIALS"] ?? "";
  if (NO_SOURCE.test(words)) {
    return missing(
      `no Google credentials were found (GOOGLE_APPLICATION_CREDENTIALS, gcloud's application default login, a Google machine's account); ${LOGIN}, or set GOOGLE_APPLICATION_CREDENTIALS`,
    );
  }
  const status = statusOf(error);
  if (ENDED.test(words) || status === 401) {
    return missing(`Google does not accept the credentials any more; ${mendOf(file)}`);
  }
  if (status === undefined && BAD_FILE.test(words)) {
    return missing(
      `Google's credentials file${file === "" ? "" : ` \`${file}\``} cannot be used; ${mendOf(file)}`,
    );
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return missing(`Google refuses the credentials (status ${status}); ${mendOf(file)}`);
  }
  return failed(status);
}

/** The user's error for a service account whose token this machine's identity does not get. */
export function impersonationError(error: unknown, account: string): UserError {
  if (error instanceof UserError) return error;
  const network = networkFault(error);
  if (network !== undefined) return unreachable("Google", network);
  const status = statusOf(error);
  if (API_OFF.test(`${messageOf(error)} ${bodyOf(error)}`)) {
    return denied(
      `Google's project has the API off by which service account \`${account}\` is impersonated; \`gcloud services enable iamcredentials.googleapis.com\``,
    );
  }
  if (status === 403 || status === 404) {
    return denied(
      `Google does not let this machine's identity impersonate service account \`${account}\`; check its name, and give this identity \`roles/iam.serviceAccountTokenCreator\` on it (\`gcloud iam service-accounts add-iam-policy-binding ${account} --role=roles/iam.serviceAccountTokenCreator --member=…\`)`,
    );
  }
  return failed(status);
}

function mendOf(file: string): string {
  return file === ""
    ? LOGIN
    : `mend or renew what GOOGLE_APPLICATION_CREDENTIALS names (\`${file}\`), or unset it and ${LOGIN}`;
}

function failed(status: number | undefined): UserError {
  const answer = status === undefined ? "it answers otherwise than documented" : `status ${status}`;
  return new UserError(
    `Google gave no access token for a registry login (${answer}); try again later`,
    "credentials-answer",
  );
}

function missing(text: string): UserError {
  return new UserError(text, "credentials-missing");
}

function denied(text: string): UserError {
  return new UserError(text, "credentials-denied");
}

/** HTTP status of a failed exchange, where there was an answer. */
function statusOf(error: unknown): number | undefined {
  const response = memberOf(error, "response");
  const status = memberOf(response, "status") ?? memberOf(error, "status");
  return typeof status === "number" ? status : undefined;
}

/** The answer's body as text, for its words alone. */
function bodyOf(error: unknown): string {
  const data = memberOf(memberOf(error, "response"), "data");
  return typeof data === "string" ? data : JSON.stringify({ data });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
