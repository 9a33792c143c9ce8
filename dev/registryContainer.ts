import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../lib/errors";
import { ensureContainer } from "./container";
import { docker } from "./images/makeImage";

/** A registry with token authentication in a container, published on loopback. */
export interface RegistrySettings {
  readonly name: string;
  readonly image: string;
  readonly port: number;
  /** A named volume for its data. Undefined: its data goes with the container. */
  readonly volume?: string;
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM certificate of the token server's key. */
  readonly certificate: string;
  /** true: every write is answered with 405 (for tests). Default: false. */
  readonly readOnly?: boolean;
}

const DIRECTORY = "/etc/bot-core-registry";
const INTERNAL_PORT = 5000;
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Starts the registry where it does not run as described, and waits until it answers.
 * @throws UserError `registry-start` with its last log lines
 */
export async function ensureRegistryContainer(settings: RegistrySettings): Promise<void> {
  const { name, image, port, volume } = settings;
  await ensureContainer({
    name,
    image,
    entrypoint: "registry",
    args: ["serve", `${DIRECTORY}/config.yml`],
    options: [
      ...["--publish", `127.0.0.1:${port}:${INTERNAL_PORT}`],
      ...["--log-driver", "json-file", "--log-opt", "max-size=16m", "--log-opt", "max-file=2"],
      ...(volume === undefined ? [] : ["--volume", `${volume}:/var/lib/registry`]),
    ],
    directory: DIRECTORY,
    files: { "config.yml": configOf(settings), "token.crt": settings.certificate },
  });
  await waitFor(`http://127.0.0.1:${port}/v2/`, 401, name);
}

/** Waits until a server of the dev environment answers with this status. */
export async function waitFor(url: string, status: number, container: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if ((await statusOf(url)) === status) return;
    await sleep(POLL_MS);
  }
  const log = await docker(["logs", "--tail", "5", container]).catch(() => "");
  throw new UserError(
    `${container} does not answer at ${url}; its last lines:\n${log}`,
    "registry-start",
  );
}

/** Not by fetch: it leaves nothing that keeps Node alive while a server is still starting. */
function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(undefined);
    });
  });
}

/** The settings of the distribution project's registry, alike in its versions 2.8 and 3. */
function configOf(settings: RegistrySettings): string {
  const config = {
    version: "0.1",
    // Each request is a line of the container's log, by which tests prove an order.
    log: { level: "warn", accesslog: { disabled: false } },
    storage: {
      filesystem: { rootdirectory: "/var/lib/registry" },
      delete: { enabled: true },
      ...(settings.readOnly === true ? { maintenance: { readonly: { enabled: true } } } : {}),
    },
    http: { addr: `:${INTERNAL_PORT}`, secret: settings.name },
    auth: {
      token: {
        realm: settings.realm,
        service: settings.service,
        issuer: settings.issuer,
        rootcertbundle: `${DIRECTORY}/token.crt`,
      },
    },
  };
  // JSON is YAML.
  return JSON.stringify(config, undefined, 2);
}
