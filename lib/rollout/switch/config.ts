import type { FrontedPort } from "../../compose/model";
import { COLOURS, type Colour } from "../labels";

/** Everything that a switch's haproxy.cfg depends on. */
export interface SwitchConfig {
  readonly service: string;
  /** The colour that serves; undefined before the first one is good. */
  readonly active: Colour | undefined;
  /** Server slots a colour: the larger replica count of both colours (rule 14). */
  readonly slots: number;
  /** Fronted container ports and how their connections are read. */
  readonly ports: readonly Pick<FrontedPort, "target" | "protocol">[];
  /** true: a stop-first service whose requests wait while it is recreated. */
  readonly hold: boolean;
}

/** Where the runtime socket listens inside the switch, out of every network's reach (rule 18). */
export const ADMIN_PORT = 9999;

/** Seconds that a held request waits at most; one retry a second. */
const HOLD_SECONDS = 600;
const RETRIES = 3;

const STATE_LINE = "# bot-core: ";

/**
 * The whole haproxy.cfg of one switch. Each setting is there because its absence broke a release;
 * the numbers are those of the rollout rules. The first lines carry the state, which makes the file on
 * disk the truth about which colour serves (rule 7).
 */
export function renderSwitchConfig(config: SwitchConfig): string {
  return [
    STATE_LINE + JSON.stringify(canonical(config)),
    GLOBAL,
    RESOLVERS,
    DEFAULTS,
    ...config.ports.flatMap((port) => portSections(config, port)),
    "",
  ].join("\n");
}

/** The state that stands in a haproxy.cfg of ours; undefined for any other text. */
export function parseSwitchConfig(text: string): SwitchConfig | undefined {
  const line = text.split("\n", 1)[0] ?? "";
  if (!line.startsWith(STATE_LINE)) return undefined;
  try {
    return fromJson(JSON.parse(line.slice(STATE_LINE.length)));
  } catch {
    return undefined;
  }
}

/** Names of the backends of a switch that hold colour slots. */
export function backendsOf(config: Pick<SwitchConfig, "ports">): readonly string[] {
  return config.ports.flatMap(({ target, protocol }) =>
    protocol === "tcp" ? [`p${target}_tcp`] : [`p${target}_http`, `p${target}_tcp`],
  );
}

function canonical(config: SwitchConfig): unknown {
  return {
    service: config.service,
    active: config.active ?? null,
    slots: config.slots,
    hold: config.hold,
    ports: config.ports.map(({ target, protocol }) => ({ target, protocol })),
  };
}

function fromJson(value: unknown): SwitchConfig | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { service, active, slots, hold, ports } = value as Record<string, unknown>;
  if (typeof service !== "string" || typeof slots !== "number" || !Array.isArray(ports)) {
    return undefined;
  }
  return {
    service,
    active: COLOURS.find((colour) => colour === active),
    slots,
    hold: hold === true,
    ports: (ports as { target: number; protocol: string }[]).map(({ target, protocol }) => ({
      target,
      protocol: protocol === "tcp" ? "tcp" : "auto",
    })),
  };
}

// One thread and no master process: 30 switches together stay under 200 MiB (rule 2).
const GLOBAL = `
global
  nbthread 1
  maxconn 4096
  tune.bufsize 32768
  log stdout format raw daemon notice
  stats socket ipv4@127.0.0.1:${ADMIN_PORT} level admin
  hard-stop-after 30s`;

// "other" clears a stopped colour's address in 0.5 s (rule 8); "timeout" and "refused" keep serving
// while Docker's own resolver is away (rule 9).
const RESOLVERS = `
resolvers docker
  nameserver dns 127.0.0.11:53
  accepted_payload_size 8192
  resolve_retries 3
  timeout resolve 500ms
  timeout retry 500ms
  hold valid 500ms
  hold obsolete 500ms
  hold nx 500ms
  hold other 500ms
  hold timeout 24h
  hold refused 24h`;

// Long timeouts: 60 s cut idle WebSockets and 70 s requests (rule 6).
const DEFAULTS = `
defaults
  log global
  maxconn 4096
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 24h
  timeout check 2s
  timeout queue 30s
  default-server check inter 500ms fall 2 rise 1 resolvers docker resolve-prefer ipv4 init-addr none`;

function portSections(config: SwitchConfig, port: SwitchConfig["ports"][number]): string[] {
  const { target, protocol } = port;
  const frontend = ["", `frontend p${target}`, "  mode tcp", ...binds(target)];
  if (protocol === "tcp") {
    return [...frontend, `  default_backend p${target}_tcp`, ...tcpBackend(config, target)];
  }
  return [
    ...frontend,
    // HTTP moves request by request, other protocols connection by connection (rule 5).
    "  tcp-request inspect-delay 5s",
    "  tcp-request content accept if HTTP",
    "  tcp-request content accept if { req.len gt 0 }",
    `  use_backend p${target}_http if HTTP`,
    `  default_backend p${target}_tcp`,
    ...httpBackend(config, target),
    ...tcpBackend(config, target),
  ];
}

function httpBackend(config: SwitchConfig, port: number): string[] {
  return [
    "",
    `backend p${port}_http`,
    "  mode http",
    "  option forwardfor",
    // Never after a byte was sent: a replayed request is a second order (rule 1).
    "  retry-on conn-failure",
    ...retryLines(config),
    ...servers(config, port),
  ];
}

function tcpBackend(config: SwitchConfig, port: number): string[] {
  return [
    "",
    `backend p${port}_tcp`,
    "  mode tcp",
    ...retryLines(config),
    ...servers(config, port),
  ];
}

/** Both families (rule 10), apart: one socket for both would report IPv4 callers as `::ffff:…`. */
function binds(port: number): string[] {
  return [`  bind 0.0.0.0:${port}`, `  bind :::${port} v6only`];
}

/** A held request is refused by the closed hold port and asks again each second (rule 11). */
function retryLines({ hold }: SwitchConfig): string[] {
  return [`  retries ${hold ? HOLD_SECONDS : RETRIES}`, "  option redispatch 1"];
}

function servers(config: SwitchConfig, port: number): string[] {
  const lines = COLOURS.map((colour) => {
    const state = colour === config.active ? "" : " disabled";
    return `  server-template ${colour} ${config.slots} ${config.service}-${colour}:${port}${state}`;
  });
  return config.hold ? [...lines, "  server hold 127.0.0.1:1 backup no-check disabled"] : lines;
}
