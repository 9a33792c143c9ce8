import { X509Certificate } from "node:crypto";
import { isLoopback } from "../oci/endpoint";
import type { CredentialSource, RegistryEndpoint } from "../resources/registry";
import type { Faults } from "./faults";
import { removeCommand, setCommand, showPath } from "./mend";
import type { ConfigReader } from "./reader";
import { boolean, notBuilt, secretText, text, type Rule } from "./rules";
import { namespaceName, serverName, splitReference } from "./server";
import type { Environment, PrivateRegistrySettings } from "./settings";

/**
 * Reads `registry` of provider `private`:
 * {server, namespace?, username?, password?, pullUsername?, pullPassword?, caCert?, insecure?, manage?}.
 * Where config is silent, DOCKER_REGISTRY gives server and namespace, and DOCKER_USERNAME with
 * DOCKER_PASSWORD (DOCKER_PULL_… for the weaker identity) the credentials.
 */
export function parsePrivateRegistry(
  reader: ConfigReader,
  environment: Environment,
  faults: Faults,
): PrivateRegistrySettings | undefined {
  const place = readPlace(reader, environment, faults);
  const insecure = reader.read("insecure", boolean(false)) ?? false;
  const caCert = reader.read("caCert", certificates);
  const push = readIdentity(reader, environment, faults, PUSH);
  const pull = readIdentity(reader, environment, faults, PULL);
  const manage = reader.read("manage", boolean(true)) ?? true;
  reader.read("replicas", notBuilt);
  reader.refuseUnknown();
  if (place === undefined) return undefined;
  if (insecure) refuseInsecure(reader, faults, place.server, caCert !== undefined);
  const endpoint: RegistryEndpoint = {
    server: place.server,
    insecure,
    ...(caCert === undefined ? {} : { caCert }),
  };
  const pushSource = push ?? { kind: "docker" };
  const account = { endpoint, push: pushSource, pull: pull ?? pushSource };
  return {
    kind: "private",
    account,
    endpoint,
    lookUp: account.pull,
    namespace: place.namespace,
    separator: "/",
    manage,
  };
}

interface Place {
  readonly server: string;
  readonly namespace: string;
}

function readPlace(
  reader: ConfigReader,
  environment: Environment,
  faults: Faults,
): Place | undefined {
  const namespace = reader.read("namespace", namespaceName);
  const reference = environment["DOCKER_REGISTRY"] ?? "";
  if (reader.has("server") || reference === "") {
    const note = "DOCKER_REGISTRY of the environment neither";
    const server = reader.require("server", serverName, note);
    return server === undefined ? undefined : { server, namespace: namespace ?? "" };
  }
  reader.read("server", serverName);
  const place = splitReference(reference);
  const isLegal =
    serverName.parse(place.server) !== undefined &&
    (place.namespace === "" || namespaceName.parse(place.namespace) !== undefined);
  if (isLegal) return { server: place.server, namespace: namespace ?? place.namespace };
  faults.variable("DOCKER_REGISTRY", reference, registryReference);
  return undefined;
}

const registryReference: Omit<Rule<string>, "parse"> = {
  allowed: "HOST[:PORT][/NAMESPACE] without a scheme, in lower case after the first `/`",
  example: "localhost:5005/bot-core",
  hidden: (value) => typeof value === "string" && value.includes("@"),
};

const username: Rule<string> = text(
  /^[^\p{Cc}:]+$/u,
  "text on one line, not empty, without `:`",
  "USER",
);

/** One or more PEM certificates, as text. */
const certificates: Rule<string> = {
  allowed: "PEM text of one or more certificates",
  example: '"$(cat ca.pem)"',
  hidden: () => true,
  parse: (value) => (typeof value === "string" && isPem(value) ? value : undefined),
};

function isPem(value: string): boolean {
  const blocks = value.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    blocks.forEach((block) => new X509Certificate(block));
    return blocks.length > 0;
  } catch {
    return false;
  }
}

/** Plain HTTP carries the password in clear, so it never leaves this machine. */
function refuseInsecure(
  reader: ConfigReader,
  faults: Faults,
  server: string,
  hasCaCert: boolean,
): void {
  const path = reader.path("insecure");
  const mend = setCommand(path, "false");
  if (!isLoopback(server)) {
    const shown = reader.isSecret("server") ? "this server" : server;
    faults.other(
      showPath(path),
      `given true for ${shown}; allowed: true only for localhost, 127.0.0.0/8 and [::1]` +
        " (`registry.caCert` is there for a private certificate authority)",
      mend,
    );
  } else if (hasCaCert) {
    faults.other(showPath(path), "given true together with caCert; allowed: one of them", mend);
  }
}

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

function readIdentity(
  reader: ConfigReader,
  environment: Environment,
  faults: Faults,
  names: IdentityNames,
): CredentialSource | undefined {
  const { usernameKey, passwordKey } = names;
  refuseClearPassword(reader, faults, passwordKey);
  const user = reader.read(usernameKey, username);
  const password = reader.read(passwordKey, secretText);
  const hasUser = reader.has(usernameKey);
  const hasPassword = reader.has(passwordKey);
  if (!hasUser && !hasPassword) return readVariables(environment, faults, names);
  if (!hasUser) faults.missing(reader.path(usernameKey), username, "its password is");
  if (!hasPassword) faults.missing(reader.path(passwordKey), secretText, "its user is");
  if (user === undefined || password === undefined) return undefined;
  return { kind: "inline", username: user, password };
}

function refuseClearPassword(reader: ConfigReader, faults: Faults, key: string): void {
  if (!reader.has(key) || reader.isSecret(key)) return;
  faults.other(
    showPath(reader.path(key)),
    "given in clear; allowed: an encrypted value",
    `${removeCommand(reader.path(key))} && ${setCommand(reader.path(key))}`,
  );
}

function readVariables(
  environment: Environment,
  faults: Faults,
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
