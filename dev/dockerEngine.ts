import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../lib/errors";
import { pointLink, writeWhole } from "./cache";
import { installFromSuite, requireDebianRoot } from "./debian";
import { DEBIAN_ENGINE, daemonVersion, findDockerCli } from "./dockerCli";
import { CACHE_BIN, cached } from "./paths";
import { step } from "./steps";

const PACKAGES = ["docker.io", "docker-cli", "docker-buildx", "docker-compose"];
/** The engine's networks need it, and it must fit the machine's own C library. */
const BESIDE = ["iptables"];
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 200;
const INSTEAD = "install Docker Engine with its compose and buildx plugins, start it";
/** Marks the engine as one that the dev environment started, for `reset --all`. */
export const ENGINE_PID = cached("engine", "dockerd.pid");
const ENGINE_LOG = cached("engine", "dockerd.log");
export const ENGINE_DATA = cached("engine", "data");

/** Which docker is used, for one line on screen. */
export interface DockerEngine {
  readonly program: string;
  readonly version: string;
  readonly origin: string;
}

/**
 * A docker client with compose and buildx, first on PATH of all that we start, and a daemon that
 * answers it. An engine that is there is used as it is.
 * @throws UserError `no-debian`, `no-root`, `apt-failed`, `no-docker`
 */
export async function ensureDockerEngine(): Promise<DockerEngine> {
  const program = (await findDockerCli()) ?? (await install());
  pointLink(join(CACHE_BIN, "docker"), program);
  const running = await daemonVersion(program);
  if (running !== undefined) return { program, version: running, origin: originOf() };
  const version = await step("starting the Docker engine", async () => start(program));
  return { program, version, origin: originOf() };
}

function originOf(): string {
  return isOwnEngine() ? "started by the dev environment" : "as it is on this machine";
}

async function install(): Promise<string> {
  requireDebianRoot("there is no docker client with the compose and buildx plugins", INSTEAD);
  return step("installing the Docker engine from Debian's packages", async (report) => {
    await installFromSuite(PACKAGES, BESIDE, report);
    const program = await findDockerCli();
    if (program !== undefined) return program;
    throw new UserError(
      `Debian's Docker packages are installed, but no docker client knows compose: ${INSTEAD}`,
      "no-docker",
    );
  });
}

/** Starts a daemon that outlives this process, with data of its own. */
async function start(program: string): Promise<string> {
  const host = process.env["DOCKER_HOST"];
  if (host !== undefined && host !== "") {
    throw new UserError(
      `no Docker engine answers at DOCKER_HOST=${host}: start it, or unset DOCKER_HOST`,
      "no-docker",
    );
  }
  requireDebianRoot("the Docker engine does not answer", "start Docker and run again");
  if (!existsSync(DEBIAN_ENGINE)) await install();
  mkdirSync(ENGINE_DATA, { recursive: true });
  const log = openSync(ENGINE_LOG, "a");
  const daemon = spawn(DEBIAN_ENGINE, ["--data-root", ENGINE_DATA], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
  });
  closeSync(log);
  // A failure to start shows in the wait that follows.
  daemon.on("error", () => undefined);
  writeWhole(ENGINE_PID, String(daemon.pid ?? ""));
  daemon.unref();
  return waitUntilUp(program);
}

/** Whether the dev environment runs an engine of its own here, up or down. */
export function isOwnEngine(): boolean {
  return existsSync(ENGINE_PID);
}

async function waitUntilUp(program: string): Promise<string> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const version = await daemonVersion(program);
    if (version !== undefined) return version;
    await sleep(POLL_MS);
  }
  const LAST_LINES = 5;
  const lines = readFileSync(ENGINE_LOG, "utf8").trim().split("\n").slice(-LAST_LINES);
  throw new UserError(
    ["the Docker engine did not start; the last lines of its log:", ...lines]
      .concat(`see ${ENGINE_LOG}; or ${INSTEAD} and run again`)
      .join("\n  "),
    "no-docker",
  );
}
