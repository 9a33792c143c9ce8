import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../../lib/process/run";
import { isRecord } from "../../provider/values";
import type { RegistryInputs } from "./inputs";
import { recordOf } from "./inputs";

/** A login at one registry. */
export interface RegistryLogin {
  /** As the docker client's configuration names it. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/** Docker Hub stands under this name in the docker client's configuration. */
const DOCKER_HUB = "https://index.docker.io/v1/";
const DOCKER_HUB_NAMES: ReadonlySet<string> = new Set([
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
]);

/** What the docker client's configuration calls the registry at `server`. */
export function loginServer(server: string): string {
  const host = server.replace(/^https?:\/\//, "").split("/")[0] ?? server;
  return DOCKER_HUB_NAMES.has(host) ? DOCKER_HUB : host;
}

/**
 * The login for a registry: the resource's own where it has both user name and password, else the
 * docker client's for that server; undefined where there is none.
 */
export async function registryLogin(
  registry: RegistryInputs,
  imageServer: string,
): Promise<RegistryLogin | undefined> {
  const server = loginServer(registry.server ?? imageServer);
  const { username, password } = registry;
  if (username !== undefined && password !== undefined) return { server, username, password };
  return hostLogin(server);
}

async function hostLogin(server: string): Promise<RegistryLogin | undefined> {
  const config = await clientConfig();
  const helper = recordOf(config["credHelpers"])[server] ?? config["credsStore"];
  if (typeof helper === "string" && helper !== "") return helperLogin(helper, server);
  const entry = recordOf(recordOf(config["auths"])[server])["auth"];
  if (typeof entry !== "string") return undefined;
  const [username = "", ...password] = Buffer.from(entry, "base64").toString("utf8").split(":");
  return { server, username, password: password.join(":") };
}

async function helperLogin(helper: string, server: string): Promise<RegistryLogin | undefined> {
  const { code, stdout } = await run(`docker-credential-${helper}`, ["get"], { input: server });
  if (code !== 0) return undefined;
  const { Username: username, Secret: password } = recordOf(JSON.parse(stdout));
  return typeof username === "string" && typeof password === "string"
    ? { server, username, password }
    : undefined;
}

/** Folder of the docker client's configuration. */
export function clientConfigFolder(): string {
  return process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker");
}

/** The docker client's configuration; empty where there is none. */
export async function clientConfig(): Promise<Readonly<Record<string, unknown>>> {
  try {
    const text = await readFile(join(clientConfigFolder(), "config.json"), "utf8");
    const config: unknown = JSON.parse(text);
    return isRecord(config) ? config : {};
  } catch {
    // No file, or one that the docker client complains of by itself.
    return {};
  }
}
