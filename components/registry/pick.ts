import type * as pulumi from "@pulumi/pulumi";
import type { RegistrySettings } from "../../lib/settings/settings";
import type { Registry, RegistryArgs } from "./contract";
import { PrivateRegistry } from "./privateRegistry";

type Declare<Kind extends RegistrySettings["kind"]> = (
  name: string,
  args: RegistryArgs & { readonly settings: Extract<RegistrySettings, { kind: Kind }> },
  opts?: pulumi.ComponentResourceOptions,
) => Registry;

/** Every kind's component; the only place that knows them all. */
const components: { readonly [Kind in RegistrySettings["kind"]]: Declare<Kind> } = {
  private: (name, args, opts) => new PrivateRegistry(name, args, opts),
};

/** Declares the registry that the settings name. */
export function declareRegistry(
  name: string,
  settings: RegistrySettings,
  args: RegistryArgs,
  opts?: pulumi.ComponentResourceOptions,
): Registry {
  return components[settings.kind](name, { ...args, settings }, opts);
}
