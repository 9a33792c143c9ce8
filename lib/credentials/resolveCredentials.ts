import { UserError } from "../errors";
import type { Credentials } from "../oci/credentials";
import { type Run, run as runProgram } from "../process/run";
import type { CredentialSource } from "../resources/registry";
import { acrLogin } from "./acr";
import { dockerCredentials } from "./dockerConfig";
import { ecrLogin } from "./ecr";
import { garLogin } from "./gar";
import { identityVariables, shortLived } from "./shortLived";

type Environment = Readonly<Record<string, string | undefined>>;

const AWS = /^(AWS_.*|HOME)$/;
const GOOGLE = /^(GOOGLE_.*|GCLOUD_.*|CLOUDSDK_.*|GCE_.*|HOME)$/;
const AZURE = /^(AZURE_.*|IDENTITY_.*|MSI_.*|HOME)$/;

/**
 * Reads a login at the moment it is used. Nothing is written anywhere; a cloud's short-lived token
 * is kept in memory until shortly before its end.
 * @param server `host[:port]`; decides which entry of the docker configuration counts
 * @param env variables for the kinds `environment` and `docker`; the clouds' SDKs read this process's
 * @param run runs docker's credential helpers; tests pass a fake
 * @returns undefined: anonymous, or the docker configuration has no login for this server
 * @throws UserError `credentials-missing` for what is not there, not valid or not valid any more,
 *   `credentials-helper` where docker's configuration or its helper fails, and for the clouds
 *   `credentials-denied`, `credentials-unreachable`, `credentials-answer`
 */
export async function resolveCredentials(
  source: CredentialSource,
  server: string,
  env: Environment = process.env,
  run: Run = runProgram,
): Promise<Credentials | undefined> {
  switch (source.kind) {
    case "anonymous":
      return undefined;
    case "environment":
      return fromEnvironment(source, server, env);
    case "inline":
      return {
        username: source.username,
        password: source.password,
        origin: "the stack's `registry` settings",
      };
    case "docker":
      return dockerCredentials(server, env, run);
    case "ecr":
      return shortLived([source, identityVariables(AWS)], () => ecrLogin(source));
    case "gar":
      return shortLived([source, identityVariables(GOOGLE)], () => garLogin(source));
    case "acr":
      return shortLived([source, server, identityVariables(AZURE)], () => acrLogin(source, server));
  }
}

function fromEnvironment(
  { usernameVariable, passwordVariable }: CredentialSource & { kind: "environment" },
  server: string,
  env: Environment,
): Credentials {
  const username = env[usernameVariable] ?? "";
  const password = env[passwordVariable] ?? "";
  const missing = [
    ...(username === "" ? [usernameVariable] : []),
    ...(password === "" ? [passwordVariable] : []),
  ];
  if (missing.length > 0) {
    const plural = missing.length > 1 ? "variables are" : "variable is";
    throw new UserError(
      `the login for registry \`${server}\` is incomplete: the environment ${plural} not set: ${missing.join(", ")}; set ${missing.length > 1 ? "them" : "it"} and run again`,
      "credentials-missing",
    );
  }
  const origin = `the environment variables ${usernameVariable} and ${passwordVariable}`;
  return { username, password, origin };
}
