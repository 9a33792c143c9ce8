import * as pulumi from "@pulumi/pulumi";
import type { ImageSignatureInputs } from "../../lib/resources/supplyChain";
import type { NestedArgs } from "./nestedInput";

/** See `ImageSignatureInputs` for each field. */
export type ImageSignatureArgs = NestedArgs<ImageSignatureInputs>;

/** Known only after signing; named here so that they exist, unknown, in a preview. */
const OUTPUTS = { tool: undefined };

/** The signatures of an index and its images, and the attestations of their bills of materials. */
export class ImageSignature extends pulumi.CustomResource {
  public constructor(name: string, args: ImageSignatureArgs, opts?: pulumi.CustomResourceOptions) {
    // A registry whose password stands in stack config carries it.
    const secrets = { additionalSecretOutputs: ["registry"] };
    const properties = { ...args, ...OUTPUTS };
    super("botcore:index:ImageSignature", name, properties, pulumi.mergeOptions(opts, secrets));
  }
}
