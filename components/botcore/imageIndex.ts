import * as pulumi from "@pulumi/pulumi";
import type { ImageIndexInputs, ImageIndexOutputs } from "../../lib/resources/imageIndex";
import type { NestedArgs } from "./nestedInput";

/** See `ImageIndexInputs` for each field. */
export type ImageIndexArgs = NestedArgs<ImageIndexInputs>;

/** Known only after the push; named here so that they exist, unknown, in a preview. */
const OUTPUTS = { digest: undefined, tags: undefined, sizeBytes: undefined };

/** One version of one service in the registry as an index over its platform images, not yet published. */
export class ImageIndex extends pulumi.CustomResource {
  declare public readonly registry: pulumi.Output<ImageIndexOutputs["registry"]>;
  declare public readonly repository: pulumi.Output<string>;
  declare public readonly service: pulumi.Output<string>;
  declare public readonly version: pulumi.Output<string>;
  declare public readonly images: pulumi.Output<ImageIndexOutputs["images"]>;
  declare public readonly inputsDigest: pulumi.Output<string>;
  /** As it was when the index was created. */
  declare public readonly source: pulumi.Output<ImageIndexOutputs["source"]>;
  declare public readonly licenses: pulumi.Output<string | undefined>;
  /** `sha256:…` of the index. */
  declare public readonly digest: pulumi.Output<string>;
  /** Tags of the commit that stand for it, sorted. */
  declare public readonly tags: pulumi.Output<readonly string[]>;
  /** Compressed bytes, all platforms together. */
  declare public readonly sizeBytes: pulumi.Output<number>;

  public constructor(name: string, args: ImageIndexArgs, opts?: pulumi.CustomResourceOptions) {
    // A registry whose password stands in stack config carries it.
    const secrets = { additionalSecretOutputs: ["registry"] };
    const properties = { ...args, ...OUTPUTS };
    super("botcore:index:ImageIndex", name, properties, pulumi.mergeOptions(opts, secrets));
  }
}
