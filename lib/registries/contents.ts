/** One manifest that a repository holds. */
export interface StoredManifest {
  /** `sha256:…` */
  readonly digest: string;
  /** Tags that point at it, sorted; none for an untagged one. */
  readonly tags: readonly string[];
  /** When it was pushed, RFC 3339 in UTC. Absent where the registry does not tell. */
  readonly pushed?: string;
  /**
   * What an index names, where the registry's list tells it and reading the manifest would count as a
   * pull (Docker Hub). Absent: the manifest itself tells.
   */
  readonly images?: readonly StoredImage[];
}

/** One platform's image as a registry's list tells it. */
export interface StoredImage {
  /** `sha256:…` */
  readonly digest: string;
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** Compressed bytes. */
  readonly size: number;
}

/** What a registry holds of one repository, as far as it tells. */
export interface Contents {
  readonly manifests: readonly StoredManifest[];
  /**
   * false: the registry lists tags alone, so that untagged manifests are seen only where an index
   * names them.
   */
  readonly complete: boolean;
}

/**
 * How a registry lists and deletes; each kind has its own way beside the distribution specification.
 * Every failure is a UserError with what to do.
 */
export interface RegistryContents {
  /**
   * @param wanted leaves out other tags where each one costs a request; default: all
   * @returns nothing for a repository that is not there
   */
  readonly list: (repository: string, wanted?: (tag: string) => boolean) => Promise<Contents>;
  /** Takes a tag away and leaves the manifest. @returns false: the registry cannot, or there is none */
  readonly removeTag: (repository: string, tag: string) => Promise<boolean>;
  /** Removes a manifest with all its tags. @returns false: the registry cannot, or there is none */
  readonly removeManifest: (repository: string, digest: string) => Promise<boolean>;
}
