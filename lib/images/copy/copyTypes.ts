import type { RegistryClient } from "../../oci/registryClient";

/** One end of a copy. */
export interface CopyEnd {
  readonly client: RegistryClient;
  readonly repository: string;
}

/** One thing that a copy is made of, when it is done with. */
export interface CopyStep {
  readonly what: "blob" | "manifest" | "referrer" | "tag";
  /** Digest, or the tag. */
  readonly name: string;
  /** `present`: the target had it. `mounted`: taken from another repository of the target's registry. */
  readonly how: "present" | "mounted" | "uploaded";
  /** Bytes; 0 for a tag. */
  readonly size: number;
}

export interface CopyOptions {
  /** Copies what refers to the images too: signatures, SBOMs. Default: true. */
  readonly referrers?: boolean;
  /** Tags of the copy, put when all else is there. Default: the reference, if it is a tag. */
  readonly tags?: readonly string[];
  /** Called for each step. Default: nothing. */
  readonly report?: (step: CopyStep) => void;
  /**
   * Blobs that repositories of the target's registry have, by digest, with one of these repositories:
   * shared by the copies of one run, so that a common layer is sent once. Default: none known.
   */
  readonly known?: Map<string, string>;
}

/** What a copy did. */
export interface CopyResult {
  readonly digest: string;
  /** Manifests of images and indexes, without referrers. */
  readonly manifests: Counts;
  readonly referrers: Counts;
  readonly blobs: Counts;
  readonly tags: Counts;
  /** Bytes of blobs that were sent. */
  readonly sentBytes: number;
}

export interface Counts {
  /** New in the target. */
  readonly copied: number;
  readonly present: number;
}
