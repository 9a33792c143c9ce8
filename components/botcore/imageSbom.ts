import * as pulumi from "@pulumi/pulumi";
import type { ImageSbomInputs, ImageSbomOutputs } from "../../lib/resources/supplyChain";
import type { NestedArgs } from "./nestedInput";

/** See `ImageSbomInputs` for each field. */
export type ImageSbomArgs = NestedArgs<ImageSbomInputs>;

/** Known only once it is made; named here so that they exist, unknown, in a preview. */
const OUTPUTS = { packages: undefined, attached: undefined, tool: undefined };

/** One platform's bill of materials (SPDX), attached to its image. */
export class ImageSbom extends pulumi.CustomResource {
  /** Digest of the manifest by which it is attached. */
  declare public readonly attached: pulumi.Output<ImageSbomOutputs["attached"]>;

  public constructor(name: string, args: ImageSbomArgs, opts?: pulumi.CustomResourceOptions) {
    // A registry whose password stands in stack config carries it.
    const secrets = { additionalSecretOutputs: ["registry"] };
    const properties = { ...args, ...OUTPUTS };
    super("botcore:index:ImageSbom", name, properties, pulumi.mergeOptions(opts, secrets));
  }
}
