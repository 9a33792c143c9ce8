import { UserError } from "../errors";
import { awsError } from "./awsFaults";
import { type AwsCaller, awsClientOptions, awsIdentity } from "./awsSession";
import { bounded } from "./bounded";

const ACCOUNT = /^\d{12}$/;

/**
 * The AWS account that this machine's identity belongs to, twelve digits (STS GetCallerIdentity,
 * which needs no permission). The SDK reads this process's environment and AWS's configuration.
 * @throws UserError `credentials-missing` for none, expired or refused credentials,
 *   `credentials-unreachable`, `credentials-answer`
 */
export async function callerAccount(caller: AwsCaller): Promise<string> {
  try {
    const { Account = "" } = await bounded(`AWS in ${caller.region}`, askCaller(caller));
    if (ACCOUNT.test(Account)) return Account;
  } catch (error) {
    throw awsError(error, caller, "sts:GetCallerIdentity");
  }
  throw new UserError(
    `AWS in ${caller.region} named no account for this machine's identity; give it as \`registry.accountId\` (twelve digits)`,
    "credentials-answer",
  );
}

async function askCaller(caller: AwsCaller): Promise<{ readonly Account?: string | undefined }> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const credentials = await awsIdentity(caller);
  const client = new STSClient({ ...awsClientOptions(caller), credentials });
  try {
    return await client.send(new GetCallerIdentityCommand({}));
  } finally {
    client.destroy();
  }
}
