import { acrServer, parseAcrHost } from "../../registries/hosts";
import type { AcrCredentialSource } from "../../resources/registry";
import { removeCommand, setCommand, showPath, type Path } from "../mend";
import type { AcrSettings } from "../registrySettings";
import { boolean, oneOf, orEmpty } from "../rules";
import { namespaceName } from "../server";
import { acrName, azureLocation, credentialSet, resourceGroup, tenant } from "./azureNames";
import { anyUpstream, readCache } from "./cache";
import type { RegistryInput } from "./input";
import { Place, type ReferenceGrammar } from "./place";

const DEFAULT_NAMESPACE = "bot-core";

/**
 * Reads `registry` of provider `acr`: {resourceGroup, name, location?, sku?, tenantId?, namespace?,
 * replicas?, cache?, manage?}. The server is `NAME.azurecr.io`; DOCKER_REGISTRY gives one of another
 * cloud, or one with Azure's hash in its name. Azure's own credentials push and pull.
 */
export function parseAcr(input: RegistryInput): AcrSettings | undefined {
  const { reader } = input;
  const group = reader.require("resourceGroup", resourceGroup);
  const place = Place.read(input, REFERENCE, { name: reader.read("name", acrName) });
  const name = place.require("name", acrName);
  const namespace = place.path("namespace", orEmpty(namespaceName)) ?? DEFAULT_NAMESPACE;
  const location = reader.read("location", azureLocation);
  const sku = reader.read("sku", oneOf(["Basic", "Standard", "Premium"])) ?? "Standard";
  const tenantId = reader.read("tenantId", tenant);
  const replicas = reader.list("replicas", azureLocation) ?? [];
  const cache = readCache(input, { upstream: anyUpstream, credential: credentialSet });
  const manage = reader.read("manage", boolean(true)) ?? true;
  reader.refuseUnknown();
  refuseReplicas(input, { location, sku, replicas });
  if (group === undefined || name === undefined) return undefined;
  const endpoint = { server: place.registry("server") ?? acrServer(name), insecure: false };
  const identity: AcrCredentialSource = {
    kind: "acr",
    ...(tenantId === undefined ? {} : { tenantId }),
  };
  return {
    kind: "acr",
    account: { endpoint, push: identity, pull: identity },
    endpoint,
    lookUp: identity,
    namespace,
    separator: "/",
    manage,
    resourceGroup: group,
    name,
    ...(location === undefined ? {} : { location }),
    sku,
    ...(tenantId === undefined ? {} : { tenantId }),
    replicas,
    cache,
  };
}

interface Copies {
  readonly location: string | undefined;
  readonly sku: AcrSettings["sku"];
  readonly replicas: readonly string[];
}

/** Azure replicates Premium registries alone, and to other regions than their own. */
function refuseReplicas(
  { reader, faults }: RegistryInput,
  { location, sku, replicas }: Copies,
): void {
  const path = reader.path("replicas");
  if (replicas.length > 0 && sku !== "Premium") {
    faults.other(
      showPath(path),
      `given for a registry of sku ${reader.isSecret("sku") ? "Basic or Standard" : sku}; allowed: only with sku Premium`,
      setCommand(reader.path("sku"), "Premium"),
    );
  }
  replicas.forEach((replica, position) => {
    if (replica !== location) return;
    const place: Path = [...path, position];
    faults.other(
      showPath(place),
      `given ${reader.quote("replicas", replica)}, which is registry.location; allowed: other regions`,
      removeCommand(place),
    );
  });
}

const REFERENCE: ReferenceGrammar = {
  kind: "acr",
  required: ["name"],
  allowed: "NAME.azurecr.io[/NAMESPACE] without a scheme, in lower case",
  example: "myregistry.azurecr.io/bot-core",
  parse: ({ host, path }) => {
    const name = parseAcrHost(host);
    const isLegal = path === "" || namespaceName.parse(path) !== undefined;
    if (name === undefined || !isLegal) return undefined;
    return { registry: { name, server: host }, path: { namespace: path } };
  },
};
