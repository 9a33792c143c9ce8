import * as pulumi from "@pulumi/pulumi";
import type { ImageScanInputs, ImageScanOutputs } from "../../lib/resources/supplyChain";
import type { NestedArgs } from "./nestedInput";

/** See `ImageScanInputs` for each field. */
export type ImageScanArgs = NestedArgs<ImageScanInputs>;

/** Known only after the scan; named here so that they exist, unknown, in a preview. */
const OUTPUTS = { scanner: undefined, counts: undefined, ignored: undefined, report: undefined };

/** The scan of one platform's image; it fails where the policy forbids what was found. */
export class ImageScan extends pulumi.CustomResource {
  /** Findings by severity, ignored ones left out. */
  declare public readonly counts: pulumi.Output<ImageScanOutputs["counts"]>;

  public constructor(name: string, args: ImageScanArgs, opts?: pulumi.CustomResourceOptions) {
    // A registry whose password stands in stack config carries it.
    const secrets = { additionalSecretOutputs: ["registry"] };
    const properties = { ...args, ...OUTPUTS };
    super("botcore:index:ImageScan", name, properties, pulumi.mergeOptions(opts, secrets));
  }
}
