/** How a registry is reached. Plain data; no credential in it. */
export interface RegistryEndpoint {
  /** `host` or `host:port`, without scheme and path, e.g. `ghcr.io` or `localhost:5005`. */
  readonly server: string;
  /** true: plain HTTP. Allowed for loopback servers only. */
  readonly insecure: boolean;
  /** PEM certificates of a private certificate authority, beside the system's. Default: none. */
  readonly caCert?: string;
}

/**
 * Where a credential is read from at the moment it is used.
 * Only `inline` carries one, for registries whose password stands in stack config; it is a secret
 * input, so the engine encrypts it in state.
 */
export type CredentialSource =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "environment";
      readonly usernameVariable: string;
      readonly passwordVariable: string;
    }
  | { readonly kind: "inline"; readonly username: string; readonly password: string }
  | { readonly kind: "docker" };

/** A registry with the two identities that the program uses there. */
export interface RegistryAccount {
  readonly endpoint: RegistryEndpoint;
  readonly push: CredentialSource;
  /** A different, weaker identity where the registry has one. */
  readonly pull: CredentialSource;
}
