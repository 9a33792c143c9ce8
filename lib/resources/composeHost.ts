import type { CredentialSource, RegistryAccount, RegistryEndpoint } from "./registry";
import type { PlatformImage } from "./imageIndex";
import type { VerifyPolicy } from "./supplyChain";

/** A service of ours as it is to run: which image, of which version. */
export interface ReleaseImage {
  /** `server/path` without tag and digest. */
  readonly repository: string;
  /** `sha256:…` of the index. */
  readonly digest: string;
  readonly platforms: readonly PlatformImage[];
}

/** The host's side of a release; see config key `rollout`. Seconds throughout. */
export interface RolloutSettings {
  readonly drainSeconds: number;
  readonly soakSeconds: number;
  /** Absent: derived from each service's health settings. */
  readonly timeoutSeconds?: number;
  readonly keepReleases: number;
  readonly allowVolumeOverlap: boolean;
}

/** Where the release runs. */
export interface HostTarget {
  /** `unix:///…`, `ssh://user@host[:port]`, or the name of a docker context. */
  readonly address: string;
  readonly engine: "compose";
  /** Compose project name. */
  readonly project: string;
}

/** Whose signature an image needs before the host may run it, and where signatures are looked for. */
export interface HostVerification {
  /** The registry that images are pushed to: a copy of it may lack what refers to an image. */
  readonly endpoint: RegistryEndpoint;
  readonly pull: CredentialSource;
  readonly policy: VerifyPolicy;
}

/** Token `botcore:index:ComposeHost`. One production host, reconciled to one release. */
export interface ComposeHostInputs {
  readonly host: HostTarget;
  readonly registry: RegistryAccount;
  readonly version: string;
  readonly revision?: string;
  /**
   * The resolved Compose model (lib/compose `ComposeModel`) as canonical JSON. Secret: it holds the
   * services' environment. Images of our services are not in it.
   */
  readonly model: string;
  /** Our services, by name. Unknown in a preview that builds. */
  readonly images: Readonly<Record<string, ReleaseImage>>;
  /** Names of the services to deploy; the others stay as they are. Absent: all. */
  readonly services?: readonly string[];
  readonly switchImage: string;
  readonly rollout: RolloutSettings;
  /** Absent: no signature is asked for. Another one alone is no change: it counts from the next release. */
  readonly verify?: HostVerification;
}

/** One service as it runs on the host after a release. */
export interface HostService {
  /** The version whose release last replaced this service's containers. */
  readonly version: string;
  /** `healthy`, `running`, `completed`, or what is wrong (`unhealthy`, `stopped`, `missing`). */
  readonly health: string;
  /** Published addresses, e.g. `http://localhost:3000`. */
  readonly urls: readonly string[];
  /** Image reference with the platform manifest's digest. */
  readonly image: string;
}

export interface ComposeHostOutputs extends ComposeHostInputs {
  /** The live services by the user's names. Order is alphabetical. */
  readonly state: Readonly<Record<string, HostService>>;
  /** Number of the generation record that is live. */
  readonly generation: number;
}
