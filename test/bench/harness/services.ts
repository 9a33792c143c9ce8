import type { ComposeModel, JsonObject } from "../../../lib/compose/model";

/** Definitions of a Compose file's services by name; both sides run exactly these. */
export type Services = Readonly<Record<string, JsonObject>>;

/** As production has it: seldom while all is well, each second until then. */
const HEALTH_TIMES = {
  interval: "30s",
  timeout: "3s",
  retries: 3,
  start_period: "60s",
  start_interval: "1s",
};

const COMMON = {
  networks: { default: null },
  restart: "unless-stopped",
  stop_grace_period: "5s",
  deploy: { update_config: { order: "start-first" } },
};

/** The test application: Node, some 20 ms a request, graceful on SIGTERM. */
export function application(image: string, more: JsonObject = {}): JsonObject {
  return {
    ...COMMON,
    image,
    healthcheck: { test: ["CMD", "node", "/srv/server.cjs", "--health"], ...HEALTH_TIMES },
    ...more,
  };
}

/** A file that every image has is page enough. */
const PROBE = ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/etc/passwd"];

/** A service that takes next to nothing, so that thirty of them and thirty more fit two cores. */
export function tiny(image: string, version: string): JsonObject {
  return {
    ...COMMON,
    image,
    command: ["httpd", "-f", "-p", "8080", "-h", "/"],
    environment: { APP_VERSION: version },
    expose: ["8080"],
    // The web server leaves SIGTERM to its defaults, which a container's first process has not.
    stop_signal: "SIGKILL",
    healthcheck: { test: PROBE, ...HEALTH_TIMES },
  };
}

/** A port on loopback, as `docker compose config` prints it. */
export function loopbackPort(target: number, published: number): JsonObject {
  return {
    mode: "ingress",
    host_ip: "127.0.0.1",
    target,
    published: `${published}`,
    protocol: "tcp",
  };
}

/** What lib/compose would make of the services. */
export function modelOf(project: string, services: Services, ours: boolean): ComposeModel {
  const entries = Object.entries(services).map(
    ([name, definition]) => [name, { ours, contents: {}, definition }] as const,
  );
  return {
    services: Object.fromEntries(entries),
    networks: { default: { name: networkOf(project) } },
    volumes: {},
    configs: {},
    secrets: {},
  };
}

export function networkOf(project: string): string {
  return `${project}_default`;
}
