import { compact, isObject, listOf, objectOf, textOf } from "./json";
import type { ComposeModel, Json, JsonObject, ServiceFacts } from "./model";

/** What a switch is rendered from. */
export interface SwitchOptions {
  readonly model: ComposeModel;
  readonly facts: ServiceFacts;
  /** Reference by digest; already on the host. */
  readonly image: string;
  /** Key of the named volume that holds haproxy.cfg. */
  readonly configVolume: string;
  /** Ours. The user's labels belong to the service, not to its switch. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Where the official image looks for its configuration. */
export const SWITCH_CONFIG_DIRECTORY = "/usr/local/etc/haproxy";
/** In memory; holds the admin socket, so that nothing on a network reaches it (rollout rule 18). */
export const SWITCH_RUN_DIRECTORY = "/run/haproxy";
/** Files a switch may have open; its maxconn must stay below half of it, as a request needs two. */
export const SWITCH_OPEN_FILES = 65_536;

/** A number, so that images without a passwd file work too. */
const NOBODY = "65534:65534";
/** One switch takes under 10 MiB; the limit only contains a runaway. */
const MEMORY_LIMIT = "256m";
/** The kernel then takes an application first when memory runs out. */
const OOM_SCORE_ADJ = -500;

/**
 * The HAProxy in front of one service: it has the service's name, its aliases and addresses on
 * exactly its networks, and its published TCP ports. Its names are resolved by Docker alone
 * (`dns: 127.0.0.1`): an idle colour's name must not leak to an upstream resolver (rollout rule 8).
 * It runs without root and without capabilities; ports below 1024 are opened by a sysctl.
 * It stops by SIGKILL: without a master HAProxy has no handler for SIGTERM, which the first process of a
 * container then ignores, and the image's own SIGUSR1 lingers while nothing listens.
 * @throws Error where the model has no such service: a fault of the caller
 */
export function renderSwitch(options: SwitchOptions): JsonObject {
  const service = options.model.services[options.facts.name];
  if (service === undefined) throw new Error(`the model has no service ${options.facts.name}`);
  const { definition } = service;
  const ports = listOf(definition.ports).filter(isTcp);
  return {
    image: options.image,
    pull_policy: "never",
    // The official image's own entry point would add a master process (rollout rule 2).
    entrypoint: ["haproxy"],
    command: ["-db", "-f", `${SWITCH_CONFIG_DIRECTORY}/haproxy.cfg`],
    user: NOBODY,
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
    dns: ["127.0.0.1"],
    restart: "unless-stopped",
    stop_signal: "SIGKILL",
    mem_limit: MEMORY_LIMIT,
    oom_score_adj: OOM_SCORE_ADJ,
    ulimits: { nofile: { soft: SWITCH_OPEN_FILES, hard: SWITCH_OPEN_FILES } },
    volumes: [
      {
        type: "volume",
        source: options.configVolume,
        target: SWITCH_CONFIG_DIRECTORY,
        // Else Docker fills an empty volume with the image's own example.
        volume: { nocopy: true },
      },
      { type: "tmpfs", target: SWITCH_RUN_DIRECTORY, tmpfs: { size: "1048576", mode: 0o1777 } },
    ],
    healthcheck: { disable: true },
    labels: options.labels,
    ...compact({
      networks: networksOf(options.facts.name, definition.networks),
      ports: ports.length === 0 ? undefined : ports,
    }),
  };
}

/** The service's attachments with their addresses, plus its name, which Compose would give it. */
function networksOf(name: string, networks: Json | undefined): Json | undefined {
  if (!isObject(networks)) return undefined;
  const entries = Object.entries(networks).map(([key, value]): [string, Json] => {
    const attachment = objectOf(value);
    const aliases = [name, ...listOf(attachment.aliases)];
    return [key, { ...attachment, aliases: [...new Set(aliases)] }];
  });
  return Object.fromEntries(entries);
}

/** UDP has no connections that a switch could move; on a service behind one it is refused at load. */
function isTcp(entry: Json): boolean {
  return (textOf(objectOf(entry).protocol) ?? "tcp") === "tcp";
}
