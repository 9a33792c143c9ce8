/**
 * Three small services for tests: `engine`, `ai` (calls engine by its name) and `ui` (calls ai). Each
 * counts the requests it got by their id, waits on slow ones, and ends gracefully on SIGTERM.
 */
export const SERVICES = ["ai", "engine", "ui"] as const;
export type ServiceName = (typeof SERVICES)[number];

const CALLS: Readonly<Record<ServiceName, string>> = { engine: "", ai: "engine", ui: "ai" };

/** The application: one file for all three; the version stands in its source. */
export function application(service: ServiceName, version: string): string {
  return `"use strict";
const http = require("node:http");
const VERSION = ${JSON.stringify(version)};
const upstream = ${JSON.stringify(CALLS[service])};
const seen = new Map();
const agent = new http.Agent({ keepAlive: true });
let healthy = true;
const server = http.createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  const id = request.headers["x-request-id"];
  if (id !== undefined) seen.set(id, (seen.get(id) ?? 0) + 1);
  const answer = (body) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ service: ${JSON.stringify(service)}, version: VERSION, ...body }));
  };
  request.resume();
  if (url.pathname === "/health") {
    response.statusCode = healthy ? 200 : 503;
    answer({});
  } else if (url.pathname === "/twice") {
    answer({ total: seen.size, twice: [...seen].filter(([, count]) => count > 1).map(([key]) => key) });
  } else if (url.pathname === "/through" && upstream !== "") {
    http
      .get({ host: upstream, port: 8080, path: "/", agent }, (inner) => {
        inner.resume();
        inner.on("end", () => answer({ upstream: inner.statusCode }));
      })
      .on("error", (error) => {
        response.statusCode = 502;
        answer({ error: error.message });
      });
  } else {
    setTimeout(() => answer({}), Number(url.searchParams.get("wait") ?? 5));
  }
});
server.keepAliveTimeout = 75000;
server.listen(8080);
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  setTimeout(() => server.closeIdleConnections(), 100);
});
`;
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
}

/** Every file of the project: the Compose file and the three services. */
export function shop({ ports, version }: ShopOptions): Record<string, string> {
  const files = SERVICES.flatMap((service) => [
    [`services/${service}/Dockerfile`, DOCKERFILE],
    [`services/${service}/app.js`, application(service, version)],
  ]);
  return { ...Object.fromEntries(files), "docker-compose.prod.yml": composeFile(ports) };
}

function composeFile(ports: ShopOptions["ports"]): string {
  const services = SERVICES.map(
    (service) => `  ${service}:
    build:
      context: services/${service}
      args: { NODE_IMAGE: "\${NODE_IMAGE}" }
    image: "\${DOCKER_REGISTRY}/${service}:\${VERSION}"
    ports: ["127.0.0.1:${ports[service]}:8080"]
    environment: { SHARED_SECRET: "\${SHARED_SECRET:-none}" }
    restart: unless-stopped
    stop_grace_period: 10s
    healthcheck:
      test: ["CMD", "node", "-e", "fetch('http://127.0.0.1:8080/health').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
      interval: 1s
      timeout: 3s
      retries: 5
      start_period: 5s
    deploy:
      update_config: { order: start-first }
      resources: { limits: { memory: 128M } }
`,
  );
  return `services:\n${services.join("")}`;
}
