import type { AcrSettings } from "../../settings/registrySettings";

/** Policies of a registry as far as the program has a say in them. */
export interface RegistryPolicies {
  readonly retentionPolicy: { readonly status: "disabled" };
}

/**
 * The registry's own retention is off, where its tier has one. It deletes every untagged manifest by
 * age, and Microsoft's page on it says that systems which pull by digest must not use it
 * (https://learn.microsoft.com/azure/container-registry/container-registry-retention-policy): hosts
 * pull by digest here, and signatures have no tag.
 *
 * `acr purge` as a task does no better: it does not know what is deployed, it had deleted platform
 * images of tagged indexes (Azure/acr-cli#131, #342), and age does not protect untagged manifests in
 * every release of it (Azure/acr-cli#486). So `images prune` is what removes.
 */
export function registryPolicies(sku: AcrSettings["sku"]): RegistryPolicies | undefined {
  return sku === "Premium" ? { retentionPolicy: { status: "disabled" } } : undefined;
}
