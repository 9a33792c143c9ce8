import type { HostTarget, RolloutSettings } from "../resources/composeHost";
import type { ScannerName, Severity, SignPolicy, VerifyPolicy } from "../resources/supplyChain";
import type { RegistrySettings } from "./registrySettings";

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

/** Config keys `provider` and `registry`. One member a provider; see registrySettings.ts. */
export type { RegistrySettings, PrivateRegistrySettings } from "./registrySettings";

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

/** Config keys `platforms`, `builders`, `build`, `buildCache`, `push`, `index`. */
export interface BuildSettings {
  /** `os/arch[/variant]`, at least one, no duplicates. */
  readonly platforms: readonly string[];
  /** Docker host that builds a platform natively, by platform. */
  readonly builders: Readonly<Record<string, string>>;
  /** `never`: an unpublished version is an error. */
  readonly mode: "missing" | "never";
  /** `inline`: a pushed image carries its cache, and is the next release's. */
  readonly cache: "none" | "inline";
  /** false: build locally only; then `index` is false and there is no host. */
  readonly push: boolean;
  /** false: push the platform images only; then there is no host. */
  readonly index: boolean;
}

/** Config keys `scan`, `sbom`, `sign`, `verify`. */
export interface SupplyChainSettings {
  readonly scan: ScanSettings | Off;
  /** true: each platform's image gets a bill of materials. */
  readonly sbom: boolean;
  readonly sign: SignPolicy | Off;
  readonly verify: VerifyPolicy | Off;
}

/** Which findings stop a release. */
export interface ScanSettings {
  readonly kind: "on";
  /** Absent: trivy where it is on PATH, else grype. */
  readonly scanner?: ScannerName;
  /** At least one. */
  readonly severities: readonly Severity[];
  /** true: a finding without a fixed version stops nothing. */
  readonly ignoreUnfixed: boolean;
  /** Findings that are accepted for a time; relative to the project folder. */
  readonly ignoreFile?: string;
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
export type GithubSettings = Off | GithubRepositorySettings;

/** A GitHub repository whose Actions may push, and what guards its production deployments. */
export interface GithubRepositorySettings {
  readonly kind: "github";
  /** Owner, an organisation or a user. */
  readonly owner: string;
  /** Name without the owner. */
  readonly name: string;
  /** Name of the environment that deployments run in, e.g. `production`. */
  readonly environment: string;
  /** Logins of users who approve a deployment; `team:SLUG` for a team. Default: none. */
  readonly reviewers: readonly string[];
  /** Branch whose pushes may deploy beside `v*` tags. Default: `main`. */
  readonly defaultBranch: string;
}

/** The stack's configuration as Pulumi hands it out, without the namespace. */
export interface RawConfig {
  /** Text by key; objects and lists are JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose value is secret, in whole or in part. */
  readonly secretKeys: ReadonlySet<string>;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
