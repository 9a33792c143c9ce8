import type { ImageIndexInputs } from "./imageIndex";

/** Token `botcore:index:ImageTags`. Puts VERSION and the floating tags: from then on it is published. */
export interface ImageTagsInputs extends Pick<
  ImageIndexInputs,
  "registry" | "repository" | "service" | "version" | "inputsDigest" | "source"
> {
  /** `sha256:…` of the index that the tags are to stand for. */
  readonly digest: string;
  /** Tags of local `pb-` images that the clean-up after publishing keeps. */
  readonly keepLocalTags: readonly string[];
}

export interface ImageTagsOutputs extends ImageTagsInputs {
  /** VERSION and the floating tags that this publication put or found right, sorted. */
  readonly tags: readonly string[];
}
