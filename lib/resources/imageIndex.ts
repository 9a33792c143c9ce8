import type { RegistryAccount } from "./registry";

/** One platform's image of an index, in the index's own repository. */
export interface PlatformImage {
  /** `os/arch[/variant]`, e.g. `linux/arm64`. */
  readonly platform: string;
  /** `sha256:…` of the platform's manifest. */
  readonly digest: string;
}

/** What is known of the source that a version is built from. Absent values give no tag and no annotation. */
export interface SourceFacts {
  /** Full commit id, `<sha>-dirty` where allowed. Absent without git and GIT_SHA. */
  readonly revision?: string;
  /** The commit's date, RFC 3339 in UTC. */
  readonly created?: string;
  /** Branch name as git knows it, e.g. `feat/x`. */
  readonly branch?: string;
  readonly isDefaultBranch: boolean;
  readonly pullRequest?: number;
  readonly dirty: boolean;
  /** Web address of the source repository. */
  readonly url?: string;
}

/**
 * Token `botcore:index:ImageIndex`. One version of one service as an index, under its commit's tags
 * alone: it counts as published only when `ImageTags` has put VERSION.
 */
export interface ImageIndexInputs {
  readonly registry: RegistryAccount;
  /** Repository path without the server. */
  readonly repository: string;
  /** The service's name in the Compose file. */
  readonly service: string;
  /** The tag to publish, verbatim. */
  readonly version: string;
  readonly images: readonly PlatformImage[];
  /** Digest (64 hex) over everything the service is built from; stands in the index's annotations. */
  readonly inputsDigest: string;
  /** Fixed when the index is created; later changes are no diff. */
  readonly source: SourceFacts;
  /** SPDX expression for the licenses annotation. Default: none. */
  readonly licenses?: string;
}

export interface ImageIndexOutputs extends ImageIndexInputs {
  /** `sha256:…` of the index. */
  readonly digest: string;
  /** Tags of the commit that stand for it, sorted. */
  readonly tags: readonly string[];
  /** Compressed bytes of configs and unique layers, all platforms. */
  readonly sizeBytes: number;
}
