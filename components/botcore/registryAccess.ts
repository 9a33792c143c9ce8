import * as pulumi from "@pulumi/pulumi";
import type {
  RegistryAccessInputs,
  RegistryAccessOutputs,
} from "../../lib/resources/registryAccess";
import type { NestedArgs } from "./nestedInput";

/** See `RegistryAccessInputs` for each field. */
export type RegistryAccessArgs = NestedArgs<RegistryAccessInputs>;

/**
 * Proof that the registry takes a push and gives a pull, made before anything is built.
 * It owns nothing in the registry; deleting it removes nothing.
 */
export class RegistryAccess extends pulumi.CustomResource {
  declare public readonly registry: pulumi.Output<RegistryAccessOutputs["registry"]>;
  declare public readonly repositories: pulumi.Output<RegistryAccessOutputs["repositories"]>;
  declare public readonly builds: pulumi.Output<RegistryAccessOutputs["builds"]>;

  public constructor(name: string, args: RegistryAccessArgs, opts?: pulumi.CustomResourceOptions) {
    // A registry whose password stands in stack config carries it.
    const secrets = { additionalSecretOutputs: ["registry"] };
    super("botcore:index:RegistryAccess", name, { ...args }, pulumi.mergeOptions(opts, secrets));
  }
}
