/** How a registry is reached. Plain data; no credential in it. */
export interface RegistryEndpoint {
  /** `host` or `host:port`, without scheme and path, e.g. `ghcr.io` or `localhost:5005`. */
  readonly server: string;
  /** true: plain HTTP. Allowed for loopback servers only. */
  readonly insecure: boolean;
  /** PEM certificates of a private certificate authority, beside the system's. Default: none. */
  readonly caCert?: string;
  /** true: it holds copies of another registry, and gets each image some time after that one. */
  readonly copy?: true;
}

/**
 * Where a credential is read from at the moment it is used.
 * Only `inline` carries one, for registries whose password stands in stack config; it is a secret
 * input, so the engine encrypts it in state. The clouds' kinds say how a short-lived token is
 * asked for: nothing of it is kept.
 */
export type CredentialSource =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "environment";
      readonly usernameVariable: string;
      readonly passwordVariable: string;
    }
  | { readonly kind: "inline"; readonly username: string; readonly password: string }
  | { readonly kind: "docker" }
  | EcrCredentialSource
  | GarCredentialSource
  | AcrCredentialSource;

/** Amazon ECR: GetAuthorizationToken by the AWS credentials of the machine, good for 12 hours. */
export interface EcrCredentialSource {
  readonly kind: "ecr";
  /** Region of the registry, e.g. `eu-central-1`. */
  readonly region: string;
  /** Profile of the shared AWS configuration. Default: AWS's own order. */
  readonly profile?: string;
  /** Role that is assumed first: the weaker identity. Default: none. */
  readonly roleArn?: string;
}

/** Google Artifact Registry: an access token of the application default credentials, about 1 hour. */
export interface GarCredentialSource {
  readonly kind: "gar";
  /** E-mail of a service account that is impersonated: the weaker identity. Default: none. */
  readonly serviceAccount?: string;
}

/** Azure Container Registry: a Microsoft Entra token, exchanged for a registry token of 3 hours. */
export interface AcrCredentialSource {
  readonly kind: "acr";
  /** Entra tenant, an id or a domain. Default: the signed-in account's own. */
  readonly tenantId?: string;
}

/** A registry with the two identities that the program uses there. */
export interface RegistryAccount {
  readonly endpoint: RegistryEndpoint;
  readonly push: CredentialSource;
  /** A different, weaker identity where the registry has one. */
  readonly pull: CredentialSource;
}
