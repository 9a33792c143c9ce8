import * as pulumi from "@pulumi/pulumi";
import type { ImageVerificationInputs } from "../../lib/resources/supplyChain";
import type { NestedArgs } from "./nestedInput";

/** See `ImageVerificationInputs` for each field. */
export type ImageVerificationArgs = NestedArgs<ImageVerificationInputs>;

/** The gate before VERSION: an index whose signature or attestations do not hold is not published. */
export class ImageVerification extends pulumi.CustomResource {
  public constructor(
    name: string,
    args: ImageVerificationArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    // A registry whose password stands in stack config carries it.
    const secrets = { additionalSecretOutputs: ["registry"] };
    super("botcore:index:ImageVerification", name, { ...args }, pulumi.mergeOptions(opts, secrets));
  }
}
