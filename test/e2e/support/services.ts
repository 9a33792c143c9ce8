import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Three small services for tests: `engine`, `ai` (asks engine on `/through`) and `ui` (asks ai). */
export const SERVICES = ["ai", "engine", "ui"] as const;
export type ServiceName = (typeof SERVICES)[number];

const CALLS: Readonly<Record<ServiceName, string>> = { engine: "", ai: "engine", ui: "ai" };

const FIXTURE = readFileSync(resolve(__dirname, "../../fixtures/app/server.cjs"), "utf8");

/** What the test application can do wrong; see its head. */
export type Fault = "" | "sick" | "crash" | "late-crash";

/**
 * The source of one service: the test application, with its version and fault in the source, as a
 * real service has them.
 */
export function application(service: ServiceName, version: string, fault: Fault = ""): string {
  const settings = { APP_VERSION: version, APP_FAULT: fault, APP_UPSTREAM: CALLS[service] };
  return `Object.assign(process.env, ${JSON.stringify(settings)});\n${FIXTURE}`;
}

const DOCKERFILE = `ARG NODE_IMAGE
FROM \${NODE_IMAGE}
COPY app.js /app.js
USER 65532:65532
EXPOSE 8080
CMD ["node", "/app.js"]
`;

export interface ShopOptions {
  /** Ports on loopback where each service is published. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly version: string;
  /** Folder, writable for all, where each service notes its requests' ids in a file of its name. */
  readonly ids?: string;
  /** Only these services. Default: all three. */
  readonly services?: readonly ServiceName[];
}

/** Every file of the project: the Compose file and the services. */
export function shop(options: ShopOptions): Record<string, string> {
  const { version, services = SERVICES } = options;
  const files = services.flatMap((service) => [
    [`services/${service}/Dockerfile`, DOCKERFILE],
    [`services/${service}/app.js`, application(service, version)],
  ]);
  const composed = services.map((service) => composeService(service, options));
  return {
    ...(Object.fromEntries(files) as Record<string, string>),
    "docker-compose.prod.yml": `services:\n${composed.join("")}`,
  };
}

function composeService(service: ServiceName, { ports, ids }: ShopOptions): string {
  const noted =
    ids === undefined
      ? ""
      : `      APP_IDS: /ids/${service}
    volumes: ["${ids}:/ids"]
`;
  return `  ${service}:
    build:
      context: services/${service}
      args: { NODE_IMAGE: "\${NODE_IMAGE}" }
    image: "\${DOCKER_REGISTRY}/${service}:\${VERSION}"
    ports: ["127.0.0.1:${ports[service]}:8080"]
    restart: unless-stopped
    stop_grace_period: 10s
    healthcheck:
      test: ["CMD", "node", "/app.js", "--health"]
      interval: 1s
      timeout: 10s
      retries: 5
      start_period: 5s
    deploy:
      update_config: { order: start-first }
      resources: { limits: { memory: 128M } }
    environment:
      SHARED_SECRET: "\${SHARED_SECRET:-none}"
${noted}`;
}
