import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../lib/process/run";
import { CACHE_BIN } from "./paths";

/** Where Debian puts the client of its engine; another one may stand before it on PATH. */
const DEBIAN_CLIENT = "/usr/bin/docker";
export const DEBIAN_ENGINE = "/usr/sbin/dockerd";

/**
 * A docker client that knows both compose and buildx: the one that came with Debian's engine, else
 * the first on PATH. Undefined where there is none.
 */
export async function findDockerCli(): Promise<string | undefined> {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = directories
    .filter((directory) => directory !== "" && directory !== CACHE_BIN)
    .map((directory) => join(directory, "docker"));
  const first = existsSync(DEBIAN_ENGINE) ? [DEBIAN_CLIENT] : [];
  for (const program of new Set([...first, ...candidates])) {
    if (isExecutable(program) && (await hasPlugins(program))) return program;
  }
  return undefined;
}

/** The version of the daemon that answers this client; undefined where none does. */
export async function daemonVersion(program: string): Promise<string | undefined> {
  const TIMEOUT_MS = 20_000;
  const asked = await run(program, ["version", "--format", "{{.Server.Version}}"], {
    timeoutMs: TIMEOUT_MS,
  }).catch(() => undefined);
  const version = asked?.code === 0 ? asked.stdout.trim() : "";
  return version === "" ? undefined : version;
}

async function hasPlugins(program: string): Promise<boolean> {
  const answers = await Promise.all(
    ["compose", "buildx"].map((plugin) => run(program, [plugin, "version"])),
  );
  return answers.every(({ code }) => code === 0);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
