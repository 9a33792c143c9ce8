import type * as pulumi from "@pulumi/pulumi";
import type { AcrSettings } from "../../../lib/settings/registrySettings";
import { RegistryComponent, type Declared } from "../component";
import type { DeclareRegistry, RegistryArgs } from "../contract";
import { type Found, lookUp, noteAdoption } from "./found";
import { declareIdentity, subscription } from "./identities";
import { declareCaches, declareRegistry, declareReplicas } from "./registry";
import type { AcrScope } from "./scope";

/**
 * Azure Container Registry. It owns the registry with its copies in other regions and the rules by
 * which it copies other registries through, and, where `github` is on, a push and a pull identity
 * that GitHub's workflows act as. The resource group has to be there. Deleting it leaves the registry
 * with its images, unless `retention.deleteOnDestroy`; copies in other regions go, they hold nothing
 * of their own.
 */
export class AcrRegistry extends RegistryComponent {
  /** @param found what is there already; undefined: everything is used as it is */
  public constructor(
    name: string,
    settings: AcrSettings,
    args: RegistryArgs,
    found: Found | undefined,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "bot-core:index:AcrRegistry",
      name,
      settings,
      args,
      (parent) =>
        found === undefined ? { before: [] } : declareAll({ parent, name, settings, args, found }),
      opts,
    );
  }
}

export const declare: DeclareRegistry<"acr"> = async (name, settings, args, opts) => {
  if (!settings.manage) return new AcrRegistry(name, settings, args, undefined, opts);
  const found = await lookUp(settings, args);
  noteAdoption(found);
  return new AcrRegistry(name, settings, args, found, opts);
};

function declareAll(scope: AcrScope): Declared {
  const registry = declareRegistry(scope);
  const before = [registry, ...declareReplicas(scope, registry), ...declareCaches(scope, registry)];
  const { github } = scope.found;
  if (github === undefined) return { before };
  const push = declareIdentity(scope, github, "push", registry);
  const pull = declareIdentity(scope, github, "pull", registry);
  return {
    before: [...before, ...push.resources, ...pull.resources],
    actionsVariables: {
      AZURE_PUSH_CLIENT_ID: push.identity.clientId,
      AZURE_PULL_CLIENT_ID: pull.identity.clientId,
      AZURE_TENANT_ID: push.identity.tenantId,
      AZURE_SUBSCRIPTION_ID: subscription(registry),
    },
  };
}
