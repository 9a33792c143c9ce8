import type * as pulumi from "@pulumi/pulumi";
import type { RegistrySettings } from "../../lib/settings/settings";
import type { DeclareRegistry, Registry, RegistryArgs } from "./contract";

type Kind = RegistrySettings["kind"];
type Load<K extends Kind> = () => Promise<{ readonly declare: DeclareRegistry<K> }>;

/**
 * Every kind's component; the only place that knows them all. A kind is loaded when it is used: the
 * SDK of a cloud costs every start of the program otherwise.
 */
const kinds: { readonly [K in Kind]: Load<K> } = {
  acr: () => import("./acr/index.js"),
  dockerhub: () => import("./dockerHub.js"),
  ecr: () => import("./ecr/index.js"),
  gar: () => import("./gar/index.js"),
  ghcr: () => import("./ghcr.js"),
  private: () => import("./privateRegistry.js"),
};

/** Declares the registry that the settings name. */
export async function declareRegistry(
  name: string,
  settings: RegistrySettings,
  args: RegistryArgs,
  opts?: pulumi.ComponentResourceOptions,
): Promise<Registry> {
  // Each kind's own entry takes that kind's settings; the compiler cannot see the pairs.
  const load = kinds[settings.kind] as Load<Kind>;
  const { declare } = await load();
  return declare(name, settings, args, opts);
}
