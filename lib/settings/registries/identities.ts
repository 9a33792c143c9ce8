import type { CredentialSource, RegistryAccount, RegistryEndpoint } from "../../resources/registry";
import { removeCommand, setCommand, showPath } from "../mend";
import { secretText, text, type Rule } from "../rules";
import type { RegistryInput } from "./input";

/**
 * Both identities of a registry that takes a user name and a password: `username` and `password` of
 * the configuration, else DOCKER_USERNAME and DOCKER_PASSWORD (`pull…` and DOCKER_PULL_… for the
 * weaker one, which is else who pushes).
 * @param otherwise who pushes where none of these is given
 */
export function readAccount(
  input: RegistryInput,
  otherwise: CredentialSource = { kind: "docker" },
): Omit<RegistryAccount, "endpoint"> {
  const push = readIdentity(input, PUSH) ?? otherwise;
  const pull = readIdentity(input, PULL) ?? push;
  return { push, pull };
}

/** The settings that every registry with user names and passwords has in common. */
export function withEndpoint(
  endpoint: RegistryEndpoint,
  identities: Omit<RegistryAccount, "endpoint">,
): {
  readonly account: RegistryAccount;
  readonly endpoint: RegistryEndpoint;
  readonly lookUp: CredentialSource;
} {
  return { account: { endpoint, ...identities }, endpoint, lookUp: identities.pull };
}

const username: Rule<string> = text(
  /^[^\p{Cc}:]+$/u,
  "text on one line, not empty, without `:`",
  "USER",
);

interface IdentityNames {
  readonly usernameKey: string;
  readonly passwordKey: string;
  readonly usernameVariable: string;
  readonly passwordVariable: string;
}

const PUSH: IdentityNames = {
  usernameKey: "username",
  passwordKey: "password",
  usernameVariable: "DOCKER_USERNAME",
  passwordVariable: "DOCKER_PASSWORD",
};

const PULL: IdentityNames = {
  usernameKey: "pullUsername",
  passwordKey: "pullPassword",
  usernameVariable: "DOCKER_PULL_USERNAME",
  passwordVariable: "DOCKER_PULL_PASSWORD",
};

function readIdentity(input: RegistryInput, names: IdentityNames): CredentialSource | undefined {
  const { reader, faults } = input;
  const { usernameKey, passwordKey } = names;
  refuseClearPassword(input, passwordKey);
  const user = reader.read(usernameKey, username);
  const password = reader.read(passwordKey, secretText);
  const hasUser = reader.has(usernameKey);
  const hasPassword = reader.has(passwordKey);
  if (!hasUser && !hasPassword) return readVariables(input, names);
  if (!hasUser) faults.missing(reader.path(usernameKey), username, "its password is");
  if (!hasPassword) faults.missing(reader.path(passwordKey), secretText, "its user is");
  if (user === undefined || password === undefined) return undefined;
  return { kind: "inline", username: user, password };
}

function refuseClearPassword({ reader, faults }: RegistryInput, key: string): void {
  if (!reader.has(key) || reader.isSecret(key)) return;
  faults.other(
    showPath(reader.path(key)),
    "given in clear; allowed: an encrypted value",
    `${removeCommand(reader.path(key))} && ${setCommand(reader.path(key))}`,
  );
}

function readVariables(
  { environment, faults }: RegistryInput,
  { usernameVariable, passwordVariable }: IdentityNames,
): CredentialSource | undefined {
  const unset = [usernameVariable, passwordVariable].filter(
    (variable) => (environment[variable] ?? "") === "",
  );
  if (unset.length === 0) return { kind: "environment", usernameVariable, passwordVariable };
  const [lacking] = unset;
  if (unset.length === 1 && lacking !== undefined) {
    const other = lacking === usernameVariable ? passwordVariable : usernameVariable;
    faults.other(
      lacking,
      `not set, although ${other} is; allowed: both or neither`,
      `export ${lacking}=… or unset ${other}`,
    );
  }
  return undefined;
}
