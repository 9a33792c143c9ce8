import * as pulumi from "@pulumi/pulumi";
import type { ImageTagsInputs, ImageTagsOutputs } from "../../lib/resources/imageTags";
import type { NestedArgs } from "./nestedInput";

/** See `ImageTagsInputs` for each field. */
export type ImageTagsArgs = NestedArgs<ImageTagsInputs>;

/** Known only after publishing; named here so that they exist, unknown, in a preview. */
const OUTPUTS = { tags: undefined };

/** VERSION and the floating tags of one service: declared after every gate of the whole release. */
export class ImageTags extends pulumi.CustomResource {
  /** VERSION and the floating tags that this publication put or found right, sorted. */
  declare public readonly tags: pulumi.Output<ImageTagsOutputs["tags"]>;

  public constructor(name: string, args: ImageTagsArgs, opts?: pulumi.CustomResourceOptions) {
    // A registry whose password stands in stack config carries it.
    const secrets = { additionalSecretOutputs: ["registry"] };
    const properties = { ...args, ...OUTPUTS };
    super("botcore:index:ImageTags", name, properties, pulumi.mergeOptions(opts, secrets));
  }
}
