import type * as pulumi from "@pulumi/pulumi";
import type { PrivateRegistrySettings } from "../../lib/settings/settings";
import { RegistryComponent } from "./component";
import type { DeclareRegistry, RegistryArgs } from "./contract";

/**
 * A registry that somebody runs already. It owns the proof of access alone: repositories come into
 * being with the first push, and deleting this removes nothing from the registry.
 */
export class PrivateRegistry extends RegistryComponent {
  public constructor(
    name: string,
    settings: PrivateRegistrySettings,
    args: RegistryArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("bot-core:index:PrivateRegistry", name, settings, args, () => ({ before: [] }), opts);
  }
}

export const declare: DeclareRegistry<"private"> = (name, settings, args, opts) =>
  Promise.resolve(new PrivateRegistry(name, settings, args, opts));
