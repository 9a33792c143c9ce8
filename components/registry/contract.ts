import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type {
  CredentialSource,
  RegistryAccount,
  RegistryEndpoint,
} from "../../lib/resources/registry";
import type { SourceFacts } from "../../lib/resources/imageIndex";
import type {
  GithubSettings,
  RegistrySettings,
  RetentionSettings,
} from "../../lib/settings/settings";
import type { RegistryAccess } from "../botcore/registryAccess";
import type { AccountInput } from "./account";

/** What is known of a registry before any resource is declared: enough to ask it what it has. */
export interface RegistryPlace {
  readonly kind: RegistrySettings["kind"];
  readonly endpoint: RegistryEndpoint;
  /** Both identities, as plain values; `Registry.accountInput` is for resources. */
  readonly account: RegistryAccount;
  /** Who asks what is published, before any resource is declared. */
  readonly lookUp: CredentialSource;
  /** Repository path of a service, without the server. Throws UserError `repository-name`. */
  repositoryPath(service: string): string;
  /** `server/path` of a service, without tag. Throws UserError `repository-name`. */
  imageName(service: string): string;
  /** Where the host pulls from: `endpoint`, or a copy that is nearer to it. */
  readonly pullEndpoint: RegistryEndpoint;
  /** true: the server itself is among what the program declares; before that it has no name. */
  readonly makesServer: boolean;
  /** As `imageName`, at `pullEndpoint`. Throws UserError `repository-name`. */
  pullImageName(service: string): string;
}

/** A registry with its resources declared, whatever its kind. */
export interface Registry extends RegistryPlace {
  /** The account for our own resources; secret where it carries a password. */
  readonly accountInput: AccountInput;
  /** The same for who pulls alone: another endpoint where the host pulls from a copy near it. */
  readonly pullAccountInput: AccountInput;
  /** The push credential for docker.Image, which alone needs it. Read when it is asked for. */
  readonly dockerRegistry: pulumi.Input<docker.types.input.Registry>;
  /** `server/path` by service. */
  readonly repositories: pulumi.Output<Readonly<Record<string, string>>>;
  /** false: nothing of the registry is this stack's; see `RegistryBase.manage`. */
  readonly managed: boolean;
  /** Servers that hold a copy of everything, by region. Empty where there is none. */
  readonly replicas: Readonly<Record<string, string>>;
  /** What is built depends on it: push and pull are proven first. */
  readonly access: RegistryAccess;
  /**
   * GitHub Actions variables by which a workflow logs in there without a stored secret, by name.
   * Empty where `github` is off, or where the registry takes no federated login.
   */
  readonly actionsVariables: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What a registry's component needs beside its settings. Plain values: they shape the graph. */
export interface RegistryArgs {
  /** Names of the services of ours. */
  readonly services: readonly string[];
  /** Input digests (hex) that this run builds; empty where it builds nothing. */
  readonly builds: readonly string[];
  /** The tag that is deployed; immutability rules are computed from it. */
  readonly version: string;
  /** `os/arch` that each service is built for; retention counts build tags by them. */
  readonly platforms: readonly string[];
  readonly retention: RetentionSettings;
  readonly github: GithubSettings;
  /**
   * `server/path` of every repository that this stack's last update declared: what exists without
   * being recorded is adopted. Default: none.
   */
  readonly recorded?: readonly string[];
  /** The version that ran before `version`; retention leaves it alone. */
  readonly previousVersion?: string | undefined;
  /** What is published comes from there: its branch has a tag that moves. Default: unknown. */
  readonly source?: SourceFacts;
  /** true: this run puts or moves tags. Default: true. */
  readonly publishes?: boolean;
  /** false: the server has no name until this run has made it; see `makesServer`. Default: true. */
  readonly serverIsThere?: boolean;
}

/** Declares a registry of one kind; what it looks up to decide its graph is awaited first. */
export type DeclareRegistry<Kind extends RegistrySettings["kind"]> = (
  name: string,
  settings: Extract<RegistrySettings, { kind: Kind }>,
  args: RegistryArgs,
  opts?: pulumi.ComponentResourceOptions,
) => Promise<Registry>;
