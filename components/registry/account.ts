import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { resolveCredentials } from "../../lib/credentials";
import type {
  CredentialSource,
  RegistryAccount,
  RegistryEndpoint,
} from "../../lib/resources/registry";

/**
 * The account as an input of our own resources. The pull identity is an input of its own: one that
 * is known only once its resource stands leaves the rest known in a preview.
 */
export type AccountInput = pulumi.Input<{
  readonly endpoint: RegistryEndpoint;
  readonly push: CredentialSource;
  readonly pull: pulumi.Input<CredentialSource>;
}>;

/**
 * The account for our own resources; secret as a whole where it carries a password.
 * @param pull identity that is known only once its resource stands; default: the account's own
 */
export function accountInput(
  { endpoint, push, pull: own }: RegistryAccount,
  pull: pulumi.Input<CredentialSource> = own,
): AccountInput {
  const account = { endpoint, push, pull };
  const carriesPassword = [push, own].some(({ kind }) => kind === "inline");
  return carriesPassword ? pulumi.secret(account) : account;
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
