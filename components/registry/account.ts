import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { resolveCredentials } from "../../lib/credentials";
import type { CredentialSource, RegistryAccount } from "../../lib/resources/registry";

/**
 * The account as an input of our own resources: secret where it carries a password.
 * @param pull identity that is known only once its resource stands; default: the account's own
 */
export function accountInput(
  account: RegistryAccount,
  pull: pulumi.Input<CredentialSource> = account.pull,
): pulumi.Output<RegistryAccount> {
  const carriesPassword = [account.push, account.pull].some(({ kind }) => kind === "inline");
  const input = pulumi.output(pull).apply((source) => ({ ...account, pull: source }));
  return carriesPassword ? pulumi.secret(input) : input;
}

/**
 * The push credential as docker.Image takes it. From docker's own store nothing is read: the
 * docker plugin looks there itself, and so no state ever holds that password.
 * @throws UserError `credentials-missing` (in the promise) where variables are not set
 */
export async function dockerRegistryArgs({
  endpoint: { server },
  push,
}: RegistryAccount): Promise<docker.types.input.Registry> {
  const credentials = isOwnStore(push) ? undefined : await resolveCredentials(push, server);
  if (credentials === undefined) return { server };
  return { server, username: credentials.username, password: pulumi.secret(credentials.password) };
}

function isOwnStore({ kind }: CredentialSource): boolean {
  return kind === "docker" || kind === "anonymous";
}
