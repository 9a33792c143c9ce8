import * as pulumi from "@pulumi/pulumi";
import type { ComposeHostInputs, ComposeHostOutputs } from "../../lib/resources/composeHost";
import type { NestedArgs } from "./nestedInput";

/** See `ComposeHostInputs` for each field. `model` is made secret here. */
export type ComposeHostArgs = NestedArgs<ComposeHostInputs>;

/** Known only after a release; named here so that they exist, unknown, in a preview. */
const OUTPUTS = { state: undefined, generation: undefined };

/**
 * One production host, reconciled to one release. Deleting it stops the project's containers and
 * keeps its volumes.
 */
export class ComposeHost extends pulumi.CustomResource {
  declare public readonly host: pulumi.Output<ComposeHostOutputs["host"]>;
  declare public readonly registry: pulumi.Output<ComposeHostOutputs["registry"]>;
  declare public readonly version: pulumi.Output<string>;
  declare public readonly revision: pulumi.Output<string | undefined>;
  declare public readonly model: pulumi.Output<string>;
  declare public readonly images: pulumi.Output<ComposeHostOutputs["images"]>;
  declare public readonly services: pulumi.Output<readonly string[] | undefined>;
  declare public readonly switchImage: pulumi.Output<string>;
  declare public readonly rollout: pulumi.Output<ComposeHostOutputs["rollout"]>;
  declare public readonly verify: pulumi.Output<ComposeHostOutputs["verify"]>;
  /** The live services by the user's names. */
  declare public readonly state: pulumi.Output<ComposeHostOutputs["state"]>;
  /** Number of the generation record that is live. */
  declare public readonly generation: pulumi.Output<number>;

  public constructor(name: string, args: ComposeHostArgs, opts?: pulumi.CustomResourceOptions) {
    // The model holds the services' environment; the others may carry a password of stack config.
    const secrets = { additionalSecretOutputs: ["model", "registry", "verify"] };
    const properties = { ...args, model: pulumi.secret(args.model), ...OUTPUTS };
    super("botcore:index:ComposeHost", name, properties, pulumi.mergeOptions(opts, secrets));
  }
}
