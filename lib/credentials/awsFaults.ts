import { UserError, messageOf } from "../errors";
import type { AwsCaller } from "./awsSession";
import { networkFault, unreachable } from "./bounded";

const EXPIRED = /SSO session|SSO Token|Token is expired|aws sso login|aws login/i;
const NO_PROFILE = /Could not resolve credentials using profile|could not be found in shared/i;
/** An error's name comes from the answer; anything else than a name is not repeated. */
const SAFE_NAME = /^[A-Za-z]{1,64}$/;
/** Names of AWS's answers to an identity that it does not know, or no longer. */
const INVALID: ReadonlySet<string> = new Set([
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
  "IncompleteSignature",
  "InvalidIdentityToken",
  "InvalidIdentityTokenException",
]);
const ENDED: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "RequestExpired",
]);
const DENIED: ReadonlySet<string> = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "UnauthorizedOperation",
]);

/**
 * The user's error for a failed call of AWS. The SDK's own error is neither quoted nor kept as the
 * cause: a refused signature's text holds the request, and a credential process's its command line.
 * @param action what was refused, e.g. `ecr:GetAuthorizationToken`
 */
export function awsError(
  error: unknown,
  { region, profile, roleArn }: AwsCaller & { readonly roleArn?: string },
  action: string,
): UserError {
  if (error instanceof UserError) return error;
  const network = networkFault(error);
  if (network !== undefined) return unreachable(`AWS in ${region}`, network);
  const [named, option] = wordsOf(profile);
  const login = `run \`aws sso login${option}\`, or give credentials in AWS's other ways`;
  const name = error instanceof Error ? error.name : "";
  if (DENIED.has(name)) return deniedError(action, roleArn);
  if (ENDED.has(name) || EXPIRED.test(messageOf(error))) {
    return missing(`the AWS session${named} has expired; ${login}`);
  }
  if (INVALID.has(name)) {
    return missing(`AWS does not accept the credentials${named} (${name}); ${login}`);
  }
  if (/multi-factor/i.test(messageOf(error))) {
    return missing(
      `the AWS credentials${named} need an MFA code, which nobody can be asked for here; open a session first (\`aws sso login${option}\`, \`aws sts get-session-token\`)`,
    );
  }
  if (profile !== undefined && NO_PROFILE.test(messageOf(error))) {
    return missing(
      `AWS profile \`${profile}\` is not there or holds no credentials; \`aws configure list-profiles\` names what is there: correct \`registry.profile\`, or \`aws configure --profile ${profile}\``,
    );
  }
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return missing(
      `no usable AWS credentials${named} were found (environment, shared configuration, container or instance role); ${login}, e.g. AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY`,
    );
  }
  const known = SAFE_NAME.test(name) && name !== "Error" ? ` (${name})` : "";
  return new UserError(
    `AWS in ${region} failed \`${action}\`${known}; check \`registry.region\`, and try again later`,
    "credentials-answer",
  );
}

function wordsOf(profile = process.env["AWS_PROFILE"] ?? ""): readonly [string, string] {
  return profile === "" ? ["", ""] : [` of profile \`${profile}\``, ` --profile ${profile}`];
}

function deniedError(action: string, role: string | undefined): UserError {
  const self = "this machine's AWS identity (`aws sts get-caller-identity`)";
  const text =
    action === "sts:AssumeRole"
      ? `AWS does not let ${self} assume role \`${role ?? ""}\`; let the role's trust policy name that identity, and give it \`sts:AssumeRole\` on the role`
      : `AWS does not let ${role === undefined ? self : `role \`${role}\``} call \`${action}\`; allow that action on \`*\` in its policy`;
  return new UserError(text, "credentials-denied");
}

function missing(text: string): UserError {
  return new UserError(text, "credentials-missing");
}
