/**
 * JSON as it stands in a Compose file that `docker compose config` has normalised, with every `$$`
 * undone: values are what the container gets. `renderFile` escapes them again.
 */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/**
 * The services as the host is to run them: merged, interpolated, normalised, with relative paths.
 * It travels as canonical JSON in a secret input of ComposeHost, because environment values stand in it.
 */
export interface ComposeModel {
  readonly services: Readonly<Record<string, ServiceModel>>;
  /** Top-level `networks` and `volumes`, each with its `name` pinned. */
  readonly networks: JsonObject;
  readonly volumes: JsonObject;
  /**
   * Top-level `configs` with `content`, so that no file is needed on the host. `file` (relative)
   * stays where a read-only service of a local host needs the mount.
   */
  readonly configs: JsonObject;
  /**
   * Top-level `secrets` as `{environment, content}`: Compose has no inline secrets, it reads them from
   * its own environment; `secretEnvironment` gives that, and renderFile leaves `content` out.
   */
  readonly secrets: JsonObject;
}

export interface ServiceModel {
  /** The Compose service as `docker compose config` prints it, without `build`; `image` only where it is not ours. */
  readonly definition: JsonObject;
  /** true: has `build:`, so its image comes from the release. */
  readonly ours: boolean;
  /**
   * sha256 of the content of what the service uses and its definition does not show, by `config:NAME`,
   * `secret:NAME` or a bound path. Env files are merged into the environment, so they are not here.
   */
  readonly contents: Readonly<Record<string, string>>;
}

/** How a service of ours is built. Paths are relative to the project folder. */
export interface BuildSpec {
  readonly service: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly network?: string;
}

/** What decides how a service is released; derived from its definition alone. */
export interface ServiceFacts {
  readonly name: string;
  readonly ours: boolean;
  readonly replicas: number;
  /**
   * `start-first`: blue and green behind a switch; `stop-first`: recreated in place;
   * `hold`: stop-first behind a switch that holds requests meanwhile;
   * `job`: runs once to its end before any new container starts.
   */
  readonly strategy: "start-first" | "stop-first" | "hold" | "job";
  /** true: a switch carries the service's name and ports. */
  readonly fronted: boolean;
  readonly ports: readonly FrontedPort[];
  /** Networks of the service, by their key in the model. */
  readonly networks: readonly string[];
  readonly dependsOn: Readonly<Record<string, DependencyCondition>>;
  readonly gate: Gate;
  /** Seconds that Docker waits after the stop signal. */
  readonly stopGraceSeconds: number;
  /** Bytes; absent without `deploy.resources.limits.memory` or `mem_limit`. */
  readonly memoryLimitBytes?: number;
}

export type DependencyCondition =
  "service_started" | "service_healthy" | "service_completed_successfully";

export interface FrontedPort {
  /** Port inside the container. */
  readonly target: number;
  /**
   * Published on the host, one entry a publication; empty for ports that only other containers call.
   * Port 0: Docker chooses one.
   */
  readonly published: readonly { readonly hostIp?: string; readonly port: number }[];
  /** `tcp`: opted out of HTTP by `app_protocol: tcp`. */
  readonly protocol: "auto" | "tcp";
}

/** When a container counts as good. */
export type Gate =
  | { readonly kind: "health"; readonly limitSeconds: number }
  /** No health check: running this long without a restart. */
  | { readonly kind: "running"; readonly forSeconds: number };
