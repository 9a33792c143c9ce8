import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { findDockerCli } from "../../../dev/dockerCli";
import { run } from "../../../lib/process/run";

const PROJECT = "bot-core-page-test";
/** Enough to compile all three services from nothing on two busy cores. */
const BUILD_TIMEOUT_MS = 15 * 60_000;

/** The three services as docker-compose.prod.yml describes them, run by Compose alone. */
export interface ServiceStack {
  readonly dashboard: string;
  readonly engine: string;
  /** Runs `docker compose ARGS` on the stack and returns what it printed. */
  compose(...args: readonly string[]): Promise<string>;
  /** Removes containers, networks and images of the stack. */
  dispose(): Promise<void>;
}

/** Builds and starts the services on ports of their own and waits until they are healthy. */
export async function startServices(): Promise<ServiceStack> {
  const docker = (await findDockerCli()) ?? "docker";
  const [enginePort, aiPort, uiPort] = await freePorts(3);
  const directory = await mkdtemp(join(tmpdir(), `${PROJECT}-`));
  await writeDockerConfig(directory);
  const env = {
    DOCKER_CONFIG: directory,
    DOCKER_REGISTRY: PROJECT,
    VERSION: "test",
    ENGINE_PORT: String(enginePort),
    AI_PORT: String(aiPort),
    UI_PORT: String(uiPort),
    ...{ ENGINE_MEMORY: "128M", AI_MEMORY: "256M", UI_MEMORY: "384M" },
    ...{ ENGINE_CPUS: "1", AI_CPUS: "1", UI_CPUS: "1" },
  };
  const compose = async (...args: readonly string[]): Promise<string> => {
    const all = ["compose", "-f", "docker-compose.prod.yml", "-p", PROJECT, ...args];
    const { code, stdout, stderr } = await run(docker, all, { env, timeoutMs: BUILD_TIMEOUT_MS });
    if (code !== 0) throw new Error(`docker ${all.join(" ")} ended with ${code}:\n${stderr}`);
    return stdout;
  };
  const dispose = async (): Promise<void> => {
    await compose("down", "--volumes", "--rmi", "all", "--timeout", "5");
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await compose("up", "--detach", "--build", "--wait");
  } catch (error) {
    await dispose().catch(() => undefined);
    throw error;
  }
  return {
    dashboard: `http://127.0.0.1:${uiPort}/`,
    engine: `http://127.0.0.1:${enginePort}`,
    compose,
    dispose,
  };
}

/** Base images may come from a registry that asks who pulls; the user's own logins stay as they are. */
async function writeDockerConfig(directory: string): Promise<void> {
  const username = process.env["DOCKER_PULL_USERNAME"];
  const password = process.env["DOCKER_PULL_PASSWORD"];
  const server = process.env["NODE_IMAGE"]?.split("/")[0];
  const login =
    username === undefined || password === undefined || server === undefined
      ? {}
      : { [server]: { auth: Buffer.from(`${username}:${password}`).toString("base64") } };
  const config = {
    auths: login,
    // Plugins that the user installed are looked for beside the user's configuration.
    cliPluginsExtraDirs: [join(homedir(), ".docker", "cli-plugins")],
  };
  const OWNER_ONLY = 0o600;
  await writeFile(join(directory, "config.json"), JSON.stringify(config), { mode: OWNER_ONLY });
}

/** Ports of loopback that nobody listens on; all are held until the last is found. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // A listening TCP server's address is never a pipe's name.
    ports.push((server.address() as AddressInfo).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
