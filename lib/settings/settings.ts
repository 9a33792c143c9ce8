import type { HostTarget, RolloutSettings } from "../resources/composeHost";
import type { RegistryAccount, RegistryEndpoint } from "../resources/registry";

/**
 * Everything that the stack's configuration says, parsed, with its defaults, deeply frozen.
 * Secret values stand in it as plain strings: whoever hands them to a resource wraps them.
 */
export interface Settings {
  readonly registry: RegistrySettings;
  readonly release: ReleaseSettings;
  readonly build: BuildSettings;
  readonly supplyChain: SupplyChainSettings;
  readonly host: HostSettings;
  readonly rollout: RolloutSettings;
  readonly retention: RetentionSettings;
  readonly github: GithubSettings;
}

/** Config keys `provider` and `registry`. One member a provider. */
export type RegistrySettings = PrivateRegistrySettings;

/** A registry that somebody runs already; the program uses it and manages nothing in it. */
export interface PrivateRegistrySettings {
  readonly kind: "private";
  /** The endpoint with both identities; `account.endpoint` is `endpoint`. */
  readonly account: RegistryAccount;
  readonly endpoint: RegistryEndpoint;
  /** Path before every repository, without slashes at its ends. `""`: none. */
  readonly namespace: string;
  /** false: repositories and policies are used as they are. Default true. */
  readonly manage: boolean;
}

/** Config keys `version`, `composeFiles`, `services`, `environment`. */
export interface ReleaseSettings {
  /** The tag to deploy, verbatim. */
  readonly version: string;
  /** GIT_SHA of the environment: the revision where there is no git. */
  readonly gitSha?: string;
  /** Paths relative to the project folder, in order of merging. At least one. */
  readonly composeFiles: readonly string[];
  /** Services to build and deploy. Absent: all. */
  readonly services?: readonly string[];
  /** Variables for the Compose files' interpolation. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names in `environment` whose values are secret: all of them, or none. Sorted. */
  readonly secretNames: readonly string[];
}

/** Config keys `platforms`, `builders`, `build`, `push`, `index`. */
export interface BuildSettings {
  /** `os/arch[/variant]`, at least one, no duplicates. */
  readonly platforms: readonly string[];
  /** Docker host that builds a platform natively, by platform. */
  readonly builders: Readonly<Record<string, string>>;
  /** `never`: an unpublished version is an error. */
  readonly mode: "missing" | "never";
  /** false: build locally only; then `index` is false and there is no host. */
  readonly push: boolean;
  /** false: push the platform images only; then there is no host. */
  readonly index: boolean;
}

/** Config keys `scan`, `sbom`, `sign`, `verify`. */
export interface SupplyChainSettings {
  readonly scan: Off;
  readonly sbom: Off;
  readonly sign: Off;
  readonly verify: Off;
}

/** A feature that is switched off. */
export interface Off {
  readonly kind: "off";
}

/** Config keys `host` and `switchImage`. */
export type HostSettings = ComposeHostSettings | Off;

export interface ComposeHostSettings {
  readonly kind: "compose";
  readonly target: HostTarget;
  /** Env files for the Compose files' interpolation, relative to the project folder. */
  readonly envFiles: readonly string[];
  /** Image reference of the switch. */
  readonly switchImage: string;
}

/** Config key `retention`: the registry's side of keeping and deleting. */
export interface RetentionSettings {
  /** Versions kept, newest first. */
  readonly keepVersions: number;
  /** Days until an untagged manifest goes. */
  readonly untaggedDays: number;
  /** Days until a pull request's image goes. */
  readonly prDays: number;
  /** true: `pulumi destroy` removes the repositories too. */
  readonly deleteOnDestroy: boolean;
}

/** Config key `github`. */
export type GithubSettings = Off;

/** The stack's configuration as Pulumi hands it out, without the namespace. */
export interface RawConfig {
  /** Text by key; objects and lists are JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose value is secret, in whole or in part. */
  readonly secretKeys: ReadonlySet<string>;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
