import Docker from "dockerode";
import semver from "semver";
import { messageOf, UserError } from "../../errors";
import { run as realRun, type Run } from "../../process/run";
import type { HostTarget } from "../../resources/composeHost";
import { poll } from "../wait";
import { openTunnel } from "./ssh";

/** A host's Docker engine, reached by one local socket. */
export interface HostConnection {
  readonly docker: Docker;
  /** Value of DOCKER_HOST for the docker program. */
  readonly dockerHost: string;
  /** `os/arch` of the host, e.g. `linux/amd64`. */
  readonly platform: string;
  readonly engineVersion: string;
  readonly composeVersion: string;
  /** As the user gave it; for messages. */
  readonly address: string;
  readonly run: Run;
  /** Ends the ssh session and removes its socket. Never fails; a second call does nothing. */
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Default: the real runner; tests pass a fake. */
  readonly run?: Run;
}

/** The first engine with `start_interval` and the API that Compose 2.26 speaks. */
export const MINIMUM_ENGINE = "24.0.0";
export const MINIMUM_COMPOSE = "2.26.0";

const ANSWER_LIMIT_MS = 15_000;

/**
 * Reaches the Docker engine of a host: `unix:///…`, `ssh://user@host[:port]` by one forwarded socket,
 * or the name of a docker context that leads to one of these.
 * @throws UserError `host-unreachable`, `host-no-docker`, `host-version`, `host-address`
 */
export async function connect(
  target: Pick<HostTarget, "address">,
  options: ConnectOptions,
): Promise<HostConnection> {
  const run = options.run ?? realRun;
  const address = await resolveAddress(target.address, run, options.signal);
  const tunnel = address.startsWith("ssh://")
    ? await openTunnel(address, options.signal)
    : { socket: unixPath(address, target.address), close: () => Promise.resolve() };
  try {
    const docker = new Docker({ socketPath: tunnel.socket, timeout: 0 });
    const engine = await engineOf(docker, target.address, options.signal);
    const composeVersion = await composeOf(run, options.signal);
    return {
      docker,
      dockerHost: `unix://${tunnel.socket}`,
      platform: engine.platform,
      engineVersion: engine.version,
      composeVersion,
      address: target.address,
      run,
      close: tunnel.close,
    };
  } catch (error) {
    await tunnel.close();
    throw error;
  }
}

async function resolveAddress(address: string, run: Run, signal: AbortSignal): Promise<string> {
  if (/^(unix|ssh):\/\//.test(address)) return address;
  if (address === "" || address.includes("://")) throw addressError(address);
  const format = "{{.Endpoints.docker.Host}}";
  const result = await run("docker", ["context", "inspect", address, "--format", format], {
    signal,
    timeoutMs: ANSWER_LIMIT_MS,
  });
  const endpoint = result.stdout.trim();
  if (result.code !== 0 || !/^(unix|ssh):\/\//.test(endpoint)) {
    const reason = result.code === 0 ? `leads to ${endpoint}` : "is no docker context here";
    throw addressError(address, reason);
  }
  return endpoint;
}

function addressError(address: string, reason = "is not understood"): UserError {
  return new UserError(
    `\`host.address\` ${JSON.stringify(address)} ${reason}; allowed are unix:///var/run/docker.sock, ` +
      "ssh://user@host[:port] and the name of a docker context that leads to one of these " +
      "(`docker context ls` lists them)",
    "host-address",
  );
}

function unixPath(address: string, given: string): string {
  const path = address.slice("unix://".length);
  if (!path.startsWith("/")) throw addressError(given);
  return path;
}

async function engineOf(
  docker: Docker,
  address: string,
  signal: AbortSignal,
): Promise<{ platform: string; version: string }> {
  let last: unknown;
  const version = await poll(
    () =>
      docker.version().catch((error: unknown) => {
        last = error;
        if (isFinal(error)) throw noDocker(address, error);
        return undefined;
      }),
    { signal, limitMs: ANSWER_LIMIT_MS, everyMs: 200 },
  );
  if (version === undefined) throw noDocker(address, last);
  const plain = semver.coerce(version.Version);
  if (plain === null || semver.lt(plain, MINIMUM_ENGINE)) {
    throw new UserError(
      `Docker on ${address} is ${version.Version}; ${MINIMUM_ENGINE} or newer is needed: update Docker there`,
      "host-version",
    );
  }
  return { platform: `${version.Os}/${version.Arch}`, version: version.Version };
}

/** A local socket that is not there or not ours will not get better by waiting. */
function isFinal(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "EACCES" || code === "ENOTSOCK";
}

function noDocker(address: string, error: unknown): UserError {
  return new UserError(
    `no Docker engine answers on ${address} (${messageOf(error)}); start Docker there, and see that ` +
      "this user may use its socket (`docker info` must work)",
    "host-no-docker",
  );
}

async function composeOf(run: Run, signal: AbortSignal): Promise<string> {
  const result = await run("docker", ["compose", "version", "--short"], {
    signal,
    timeoutMs: ANSWER_LIMIT_MS,
  });
  const version = semver.coerce(result.stdout.trim());
  if (result.code !== 0 || version === null || semver.lt(version, MINIMUM_COMPOSE)) {
    const found = result.code === 0 ? result.stdout.trim() : "missing";
    throw new UserError(
      `Docker Compose on this machine is ${found}; ${MINIMUM_COMPOSE} or newer is needed: ` +
        "install the docker compose plugin",
      "host-version",
    );
  }
  return version.version;
}
