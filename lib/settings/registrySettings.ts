import type { CredentialSource, RegistryAccount, RegistryEndpoint } from "../resources/registry";

/** Config keys `provider` and `registry`. One member a provider. */
export type RegistrySettings =
  | EcrSettings
  | GarSettings
  | AcrSettings
  | GhcrSettings
  | DockerHubSettings
  | PrivateRegistrySettings;

/** What the program knows of a registry of any kind. */
export interface RegistryBase {
  /** The endpoint with both identities; `account.endpoint` is `endpoint`. */
  readonly account: RegistryAccount;
  readonly endpoint: RegistryEndpoint;
  /**
   * Who asks what is published, before any resource is declared: an identity that is there before
   * the first run.
   */
  readonly lookUp: CredentialSource;
  /** Path before every repository, without slashes at its ends. `""`: none. */
  readonly namespace: string;
  /** Between namespace and service: `/`, or `-` where the registry's names are flat. */
  readonly separator: "/" | "-";
  /** false: repositories and policies are used as they are. Default true. */
  readonly manage: boolean;
}

/** What a registry that copies images through from others is told. */
export interface PullThroughCache {
  /** Server that is cached, e.g. `docker.io`, `quay.io`, `public.ecr.aws`. */
  readonly upstream: string;
  /**
   * Name of the upstream's login in the cloud's own secret store: ARN of a Secrets Manager secret
   * (ECR), a Secret Manager version (GAR), a credential set's resource id (ACR). Default: anonymous.
   */
  readonly credential?: string;
  /** User name of that login, which GAR alone asks for beside the secret. */
  readonly username?: string;
}

/** Amazon Elastic Container Registry: one repository a service. */
export interface EcrSettings extends RegistryBase {
  readonly kind: "ecr";
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly profile?: string;
  /** Regions that images are copied to, without `region`. */
  readonly replicas: readonly string[];
  /** Region that the host pulls from: `region`, or one of `replicas`. */
  readonly pullFrom: string;
  /** ARN of a KMS key that encrypts the repositories. Default: AES-256 by ECR's own key. */
  readonly kmsKey?: string;
  /** ARN of an existing role that pulls. Default: a role that the program declares. */
  readonly pullRoleArn?: string;
  readonly scanning: "basic" | "enhanced" | "off";
  readonly cache: readonly PullThroughCache[];
}

/** Google Artifact Registry: one repository, with an image a service in it. */
export interface GarSettings extends RegistryBase {
  readonly kind: "gar";
  readonly project: string;
  /** Region, or `us`, `europe`, `asia`: several regions, with replication built in. */
  readonly location: string;
  /** Repository id; for gcr.io hosts the host's name. */
  readonly repository: string;
  /** E-mail of an existing service account that pulls. Default: one that the program declares. */
  readonly pullServiceAccount?: string;
  /** Resource name of a KMS key. Default: Google's own. */
  readonly kmsKey?: string;
  readonly scanning: "inherited" | "off";
  readonly cache: readonly PullThroughCache[];
}

/** Azure Container Registry. */
export interface AcrSettings extends RegistryBase {
  readonly kind: "acr";
  readonly resourceGroup: string;
  /** Registry name, 5 to 50 letters and digits. */
  readonly name: string;
  /** Azure region. Default: the resource group's. */
  readonly location?: string;
  readonly sku: "Basic" | "Standard" | "Premium";
  readonly tenantId?: string;
  /** Regions of geo-replication; Premium only. */
  readonly replicas: readonly string[];
  readonly cache: readonly PullThroughCache[];
}

/** GitHub Container Registry: packages are born with their first push. */
export interface GhcrSettings extends RegistryBase {
  readonly kind: "ghcr";
  /** Organisation or user, in lower case. */
  readonly owner: string;
  /** Path below the owner, by convention the source repository's name. */
  readonly repository: string;
}

/** Docker Hub: `namespace/service`, no deeper paths. */
export interface DockerHubSettings extends RegistryBase {
  readonly kind: "dockerhub";
  /** Organisation or user. */
  readonly owner: string;
}

/** A registry that somebody runs already; the program uses it and manages nothing in it. */
export interface PrivateRegistrySettings extends RegistryBase {
  readonly kind: "private";
}
