import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "./ports";
import { createProject, type Project } from "./project";
import { application, type Fault, SERVICES, type ServiceName, shop } from "./services";

/** A project of the three small services, published on free loopback ports. */
export interface ShopProject extends Project {
  /** `http://127.0.0.1:PORT` */
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** Writes a service's source; `startMs` is how long it takes until it listens. Default: 0. */
  edit(service: ServiceName, version: string, fault?: Fault, startMs?: number): Promise<void>;
  /** The version that answers on a service's published port. */
  answering(service: ServiceName): Promise<string>;
  /** Ids of the requests that reached a service's application, of all its containers. */
  seen(service: ServiceName): Promise<readonly string[]>;
}

export interface ShopProjectOptions {
  /** YAML that is put at the end of the Compose file. Default: none. */
  readonly more?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Only these services. Default: all three. */
  readonly services?: readonly ServiceName[];
  /** Variables for the CLI beside the dev environment's. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further files of the project by path. Default: none. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Makes the project, its services as `v0.1.0`, without deploying it. */
export async function createShop(options: ShopProjectOptions = {}): Promise<ShopProject> {
  const ids = await mkdtemp(join(tmpdir(), "e2e-ids-"));
  // The services run as a user of their own.
  await chmod(ids, 0o777);
  const [ai = 0, engine = 0, ui = 0] = await freePorts(SERVICES.length);
  const ports = { ai, engine, ui };
  const { services = SERVICES } = options;
  const files = shop({ ports, version: "v0.1.0", ids, services });
  const composeFile = "docker-compose.prod.yml";
  const project = await createProject({
    files: {
      ...files,
      ...options.files,
      [composeFile]: `${files[composeFile] ?? ""}${options.more ?? ""}`,
    },
    config: { ...options.config },
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  });
  const urls = {
    ai: `http://127.0.0.1:${ai}`,
    engine: `http://127.0.0.1:${engine}`,
    ui: `http://127.0.0.1:${ui}`,
  };
  return {
    ...project,
    urls,
    edit: (service, version, fault = "", startMs = 0) => {
      const slow = startMs === 0 ? "" : `process.env.APP_START_MS = "${startMs}";\n`;
      const source = slow + application(service, version, fault);
      return project.write(`services/${service}/app.js`, source);
    },
    answering: async (service) => {
      const response = await fetch(urls[service], { headers: { connection: "close" } });
      // The test application answers in this shape.
      return ((await response.json()) as { version: string }).version;
    },
    seen: async (service) => {
      const text = await readFile(join(ids, service), "utf8").catch(() => "");
      return text.split("\n").filter((id) => id !== "");
    },
    dispose: async () => {
      await project.dispose();
      await rm(ids, { recursive: true, force: true });
    },
  };
}
