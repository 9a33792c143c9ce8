import { UserError } from "../errors";
import type { Credentials } from "../oci/credentials";
import { type Run, run as runProgram } from "../process/run";
import type { CredentialSource } from "../resources/registry";
import { dockerCredentials } from "./dockerConfig";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a login at the moment it is used; nothing is kept.
 * @param server `host[:port]`; decides which entry of the docker configuration counts
 * @param run runs docker's credential helpers; tests pass a fake
 * @returns undefined: anonymous, or the docker configuration has no login for this server
 * @throws UserError `credentials-missing` naming the variables that are not set,
 *   `credentials-helper` where docker's configuration or its helper fails
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
    case "gar":
    case "acr":
      throw new UserError(`logins of kind ${source.kind} are not built yet`, "credentials-missing");
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
