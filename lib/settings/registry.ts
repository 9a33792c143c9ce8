import { UserError } from "../errors";
import type { Faults } from "./faults";
import { detectProvider, providers, type ProviderName } from "./providers";
import type { ConfigReader } from "./reader";
import { oneOf, type Rule } from "./rules";
import { ecrRepository } from "./registries/awsNames";
import { namespaceName } from "./server";
import type { Environment, RegistrySettings } from "./settings";

/** Reads `provider` and `registry`. Without `provider`, DOCKER_REGISTRY's server decides. */
export function parseRegistry(
  root: ConfigReader,
  environment: Environment,
  faults: Faults,
): RegistrySettings | undefined {
  const name = readProvider(root, environment);
  const { example } = providers[name ?? "private"];
  const reader = root.has("registry")
    ? root.object("registry", example)
    : root.objectOrEmpty("registry", example);
  if (reader === undefined || name === undefined) return undefined;
  return providers[name].parse({ reader, environment, faults });
}

function readProvider(root: ConfigReader, environment: Environment): ProviderName | undefined {
  const reference = environment["DOCKER_REGISTRY"] ?? "";
  if (root.has("provider")) return root.read("provider", providerName);
  if (reference === "") {
    return root.require("provider", providerName, "DOCKER_REGISTRY of the environment neither");
  }
  root.read("provider", providerName);
  return detectProvider(reference);
}

const providerName: Rule<ProviderName> = {
  // The table is not empty.
  ...oneOf(Object.keys(providers) as [ProviderName, ...ProviderName[]]),
  example: "private",
};

/** Registries with narrower names than the distribution specification's. */
const repositoryNames: { readonly [Kind in RegistrySettings["kind"]]?: Rule<string> } = {
  ecr: ecrRepository,
};

/**
 * The path of a service's repository, without the server: `namespace/service`, or `namespace-service`
 * where the registry's names are flat.
 * @throws UserError `repository-name` where the service's name is no legal repository name
 */
export function repositoryPath(settings: RegistrySettings, service: string): string {
  const path =
    settings.namespace === "" ? service : settings.namespace + settings.separator + service;
  const rule = repositoryNames[settings.kind] ?? namespaceName;
  if (rule.parse(path) !== undefined) return path;
  throw new UserError(
    `Service \`${service}\` cannot be pushed: \`${path}\` is not a legal repository name; allowed: ` +
      `${rule.allowed}; rename the service in the Compose file`,
    "repository-name",
  );
}
