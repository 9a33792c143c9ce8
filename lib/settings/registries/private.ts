import { X509Certificate } from "node:crypto";
import { isLoopback } from "../../oci/endpoint";
import { setCommand, showPath } from "../mend";
import type { PrivateRegistrySettings } from "../registrySettings";
import { boolean, type Rule } from "../rules";
import { namespaceName, serverName } from "../server";
import { readAccount, withEndpoint } from "./identities";
import type { RegistryInput } from "./input";
import { Place, type ReferenceGrammar } from "./place";

/**
 * Reads `registry` of provider `private`:
 * {server, namespace?, username?, password?, pullUsername?, pullPassword?, caCert?, insecure?, manage?}.
 * Where config is silent, DOCKER_REGISTRY gives server and namespace, whatever kind its server is of.
 */
export function parsePrivate(input: RegistryInput): PrivateRegistrySettings | undefined {
  const { reader } = input;
  const place = Place.read(input, REFERENCE, { server: reader.read("server", serverName) });
  const server = place.require("server", serverName);
  const namespace = place.path("namespace", namespaceName) ?? "";
  const insecure = reader.read("insecure", boolean(false)) ?? false;
  const caCert = reader.read("caCert", certificates);
  const identities = readAccount(input);
  const manage = reader.read("manage", boolean(true)) ?? true;
  reader.refuseUnknown();
  if (server === undefined) return undefined;
  if (insecure) refuseInsecure(input, server, caCert !== undefined);
  const endpoint = { server, insecure, ...(caCert === undefined ? {} : { caCert }) };
  return {
    kind: "private",
    ...withEndpoint(endpoint, identities),
    namespace,
    separator: "/",
    manage,
  };
}

const REFERENCE: ReferenceGrammar = {
  required: ["server"],
  allowed: "HOST[:PORT][/NAMESPACE] without a scheme, in lower case after the first `/`",
  example: "localhost:5005/bot-core",
  parse: ({ server, path }) => {
    const isLegal = path === "" || namespaceName.parse(path) !== undefined;
    if (serverName.parse(server) === undefined || !isLegal) return undefined;
    return { registry: { server }, path: { namespace: path } };
  },
};

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
  { reader, faults }: RegistryInput,
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
