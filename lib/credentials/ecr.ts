import { UserError } from "../errors";
import type { EcrCredentialSource } from "../resources/registry";
import { awsError } from "./awsFaults";
import { type AwsCaller, awsClientOptions, awsKeys } from "./awsSession";
import { bounded } from "./bounded";
import { whileSettling } from "./settling";
import { type ShortLived, expiryOf } from "./shortLived";

type Keys = Awaited<ReturnType<typeof awsKeys>>;

/** IAM gives a new role and its policies to every part of AWS within seconds. */
const ROLE_SETTLES_MS = 30_000;
/** A role's sessions may last an hour unless it says otherwise. */
const SESSION_S = 3600;
const ACCOUNT = /^\d{12}$/;
/** The decoded token is `AWS:password`. */
const USER = "AWS";

/**
 * A login for the private registries of a region (ECR GetAuthorizationToken): user `AWS`, 12 hours.
 * A role is assumed first where the source names one; one that was made moments ago is waited for.
 * @throws UserError `credentials-missing` for none, expired or refused credentials,
 *   `credentials-denied` for a missing right, `credentials-unreachable`, `credentials-answer`
 */
export function ecrLogin(source: EcrCredentialSource): Promise<ShortLived> {
  const { roleArn, region, profile } = source;
  const service = `AWS in ${region}`;
  const own = (): Promise<Keys> => step(source, "credentials", awsKeys(source));
  if (roleArn === undefined) {
    return bounded(
      service,
      own().then((keys) => askToken(source, keys)),
    );
  }
  const settling = {
    key: JSON.stringify(["ecr", roleArn, region, profile]),
    limitMs: ROLE_SETTLES_MS,
    isRefusal: (error: unknown) =>
      error instanceof UserError && error.code === "credentials-denied",
  };
  const asRole = async (): Promise<ShortLived> =>
    askToken(source, await assumeRole(source, roleArn, await own()));
  return bounded(service, whileSettling(settling, asRole));
}

/**
 * The AWS account that this machine's identity belongs to, twelve digits (STS GetCallerIdentity,
 * which needs no permission). The SDK reads this process's environment and AWS's configuration.
 * @throws UserError `credentials-missing` for none, expired or refused credentials,
 *   `credentials-unreachable`, `credentials-answer`
 */
export async function callerAccount(caller: AwsCaller): Promise<string> {
  const ask = async (): Promise<string | undefined> => {
    const keys = await step(caller, "credentials", awsKeys(caller));
    const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
    const client = new STSClient({ ...awsClientOptions(caller), credentials: keys });
    const sent = client.send(new GetCallerIdentityCommand({}));
    return (await step(caller, "sts:GetCallerIdentity", sent)).Account;
  };
  const account = await bounded(`AWS in ${caller.region}`, ask());
  if (account !== undefined && ACCOUNT.test(account)) return account;
  throw new UserError(
    `AWS in ${caller.region} named no account for this machine's identity; give it as \`registry.accountId\` (twelve digits)`,
    "credentials-answer",
  );
}

async function assumeRole(source: EcrCredentialSource, role: string, keys: Keys): Promise<Keys> {
  const { AssumeRoleCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ ...awsClientOptions(source), credentials: keys });
  const session = { RoleArn: role, RoleSessionName: "bot-core", DurationSeconds: SESSION_S };
  const sent = client.send(new AssumeRoleCommand(session));
  const { Credentials: given } = await step(source, "sts:AssumeRole", sent);
  if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined) {
    throw noToken(source, "STS gave no credentials for the role");
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    ...(given.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
    ...(given.Expiration === undefined ? {} : { expiration: given.Expiration }),
  };
}

async function askToken(source: EcrCredentialSource, keys: Keys): Promise<ShortLived> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import("@aws-sdk/client-ecr");
  const client = new ECRClient({ ...awsClientOptions(source), credentials: keys });
  const sent = client.send(new GetAuthorizationTokenCommand({}));
  const { authorizationData = [] } = await step(source, "ecr:GetAuthorizationToken", sent);
  const { authorizationToken = "", expiresAt } = authorizationData[0] ?? {};
  const [user, password = ""] = Buffer.from(authorizationToken, "base64").toString().split(":");
  if (user !== USER || password === "") throw noToken(source, "ECR gave no token");
  const ends = [expiresAt, keys.expiration].flatMap((date) => date?.getTime() ?? []);
  const expires = expiryOf(Math.min(...ends), `ECR in ${source.region}`);
  return { credentials: { username: USER, password, origin: originOf(source) }, expires };
}

/** Names what was refused; the role is named where it is concerned. */
async function step<T>(source: AwsCaller, action: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw awsError(error, source, action);
  }
}

function originOf({ profile, roleArn }: EcrCredentialSource): string {
  const own =
    profile === undefined ? "the AWS identity of this machine" : `AWS profile \`${profile}\``;
  return roleArn === undefined ? own : `role \`${roleArn}\`, by ${own}`;
}

function noToken({ region }: AwsCaller, why: string): UserError {
  return new UserError(
    `AWS in ${region} gave no registry login: ${why}; check \`registry.region\`, and try again later`,
    "credentials-answer",
  );
}
