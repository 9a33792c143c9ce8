import type { ImageHealth } from "../../compose/facts";
import type { Colour, Role } from "../labels";
import type { SwitchConfig } from "../switch/config";
import type { GenerationRecord } from "./records";

/** One container of the project as `docker inspect` shows it. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  /** The user's service name. */
  readonly service: string;
  /** `plain`: made by Compose itself, before this program came. */
  readonly role: Role | "plain";
  readonly colour?: Colour;
  readonly spec?: string;
  readonly configuration?: string;
  readonly version?: string;
  readonly generation?: number;
  /** Image as the container names it. */
  readonly image: string;
  readonly digest?: string;
  readonly reference?: string;
  readonly state: "created" | "running" | "paused" | "restarting" | "exited" | "dead" | "removing";
  readonly exitCode: number;
  /** Absent without a health check. */
  readonly health?: "starting" | "healthy" | "unhealthy";
  /** As `DesiredService.restartPolicy`. */
  readonly restartPolicy: string;
  readonly restarts: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly startedAt: number;
  /** Names of the networks that it is attached to, also while it is stopped. */
  readonly networks: readonly string[];
  /** Addresses by network name; none while it is stopped. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Names of volumes that nobody named, by where they are mounted. */
  readonly anonymousVolumes: Readonly<Record<string, string>>;
  /** Published ports, e.g. `3000/tcp` -> 8080. */
  readonly published: readonly PublishedPort[];
}

export interface PublishedPort {
  readonly target: number;
  readonly hostIp: string;
  readonly port: number;
}

/** A switch: its container, and what the file on disk says. */
export interface ObservedSwitch {
  readonly container: ObservedContainer;
  /** Undefined where there is no file of ours yet. */
  readonly config: SwitchConfig | undefined;
}

/** An image that stands on the host. */
export interface ObservedImage {
  readonly id: string;
  /** TCP ports that the image exposes. */
  readonly exposed: readonly number[];
  /** The image's own health check. */
  readonly health?: ImageHealth;
  /** Digest under which the image can be named again; its id where it was never in a registry. */
  readonly digest: string;
  /** Reference that pins it. */
  readonly pinned: string;
}

/** Everything on the host that a release is decided from. */
export interface ObservedHost {
  readonly containers: readonly ObservedContainer[];
  readonly switches: Readonly<Record<string, ObservedSwitch>>;
  /** Oldest first. */
  readonly records: readonly GenerationRecord[];
  /** By the reference that was asked for; absent ones are not on the host. */
  readonly images: Readonly<Record<string, ObservedImage>>;
  /** Names of networks and volumes that exist. */
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  /** Containers that are not ours and hold one of our names, each with what it holds. */
  readonly foreign: readonly { readonly name: string; readonly holds: string }[];
  readonly locked: boolean;
}

/** true: running, and healthy where it has a health check. */
export function isGood(container: ObservedContainer): boolean {
  return (
    container.state === "running" &&
    (container.health === undefined || container.health === "healthy")
  );
}

/** Containers of one service in one colour. */
export function coloured(
  host: Pick<ObservedHost, "containers">,
  service: string,
  colour: Colour | undefined,
): readonly ObservedContainer[] {
  return host.containers.filter(
    (container) =>
      container.role === "colour" && container.service === service && container.colour === colour,
  );
}

/**
 * The colour that serves. The switch's file on disk decides (rule 7). Without a switch it is the colour
 * that the last record names, else the one whose containers run, else the older one.
 */
export function activeColour(host: ObservedHost, service: string): Colour | undefined {
  const own = host.containers.filter(
    (container) => container.role === "colour" && container.service === service,
  );
  const onDisk = host.switches[service]?.config?.active;
  if (onDisk !== undefined && own.some(({ colour }) => colour === onDisk)) return onDisk;
  const recorded = host.records.at(-1)?.generation;
  const byRank = [...own].sort(
    (a, b) =>
      rank(b.generation === recorded) - rank(a.generation === recorded) ||
      rank(b.state === "running") - rank(a.state === "running") ||
      a.createdAt - b.createdAt,
  );
  return byRank[0]?.colour;
}

function rank(yes: boolean): number {
  return yes ? 1 : 0;
}
