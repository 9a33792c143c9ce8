import { UserError } from "../errors";
import type { Faults } from "./faults";
import { detectProvider, findProvider, providerNames, providers } from "./providers";
import type { ConfigReader } from "./reader";
import { oneOf, type Rule } from "./rules";
import { namespaceName, splitReference } from "./server";
import type { Environment, RegistrySettings } from "./settings";

/** Reads `provider` and `registry`. Without `provider`, DOCKER_REGISTRY's server decides. */
export function parseRegistry(
  root: ConfigReader,
  environment: Environment,
  faults: Faults,
): RegistrySettings | undefined {
  const name = readProvider(root, environment, faults);
  const provider = name === undefined ? undefined : findProvider(name);
  const example = (provider ?? providers.private).example;
  const reader = root.has("registry")
    ? root.object("registry", example)
    : root.objectOrEmpty("registry", example);
  return reader && provider?.parse?.(reader, environment, faults);
}

function readProvider(
  root: ConfigReader,
  environment: Environment,
  faults: Faults,
): string | undefined {
  const reference = environment["DOCKER_REGISTRY"] ?? "";
  if (root.has("provider")) return root.read("provider", providerName);
  if (reference === "") {
    return root.require("provider", providerName, "DOCKER_REGISTRY of the environment neither");
  }
  root.read("provider", providerName);
  const detected = detectProvider(splitReference(reference).server);
  if (providerName.parse(detected) !== undefined) return detected;
  faults.other(
    "DOCKER_REGISTRY",
    `belongs to provider ${detected}, which is not built yet; allowed: ${providerName.allowed}`,
    "export DOCKER_REGISTRY=localhost:5005/bot-core",
  );
  return undefined;
}

const providerName: Rule<string> = oneOf(
  // The table is never without `private`.
  providerNames(true) as [string, ...string[]],
  [...providerNames(false), "gcr"],
);

/**
 * The path of a service's repository, without the server: `namespace/service`, or `namespace-service`
 * where the registry's names are flat.
 * @throws UserError `repository-name` where the service's name is no legal repository name
 */
export function repositoryPath(settings: RegistrySettings, service: string): string {
  const path =
    settings.namespace === "" ? service : settings.namespace + settings.separator + service;
  if (namespaceName.parse(path) !== undefined) return path;
  throw new UserError(
    `Service \`${service}\` cannot be pushed: \`${path}\` is not a legal repository name; allowed: ` +
      `${namespaceName.allowed}; rename the service in the Compose file`,
    "repository-name",
  );
}
