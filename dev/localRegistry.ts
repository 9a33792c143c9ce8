import { existsSync, readFileSync } from "node:fs";
import { bundle } from "./bundle";
import { writeWhole } from "./cache";
import { ensureContainer } from "./container";
import { ensureLocalImage } from "./images/localImage";
import { docker } from "./images/makeImage";
import type { Architecture } from "./images/recipes";
import { NODE, REGISTRY } from "./images/recipes";
import { cached } from "./paths";
import { ensureRegistryContainer, waitFor } from "./registryContainer";
import { machineSecret } from "./secrets";
import { EVERYTHING, PULL_ONLY, tokenUser } from "./tokenServer/access";
import type { TokenUser } from "./tokenServer/access";
import { createSigningIdentity } from "./tokenServer/certificate";
import type { SigningIdentity } from "./tokenServer/certificate";
import { startTokenServer } from "./tokenServer/server";
import type { TokenServer, TokenServerOptions } from "./tokenServer/server";

/** The dev registry as image references and clients name it. */
export const REGISTRY_SERVER = "localhost:5005";
export const PUSH_USER = "push";
export const PULL_USER = "pull";
export const REGISTRY_CONTAINER = "bot-core-registry";
export const TOKEN_SERVER_CONTAINER = "bot-core-token-server";
export const REGISTRY_VOLUME = "bot-core-registry";

const REGISTRY_PORT = 5005;
const TOKEN_PORT = 5006;
const ISSUER = "bot-core token server";

/** Password of the user that may push, random a machine. */
export const pushPassword = (): string => machineSecret("registry-push-password");
/** Password of the user that may only pull. */
export const pullPassword = (): string => machineSecret("registry-pull-password");

/** Starts the dev registry and its token server where they do not run. */
export async function ensureLocalRegistry(architecture: Architecture): Promise<void> {
  const registryImage = await ensureLocalImage(REGISTRY, architecture);
  const nodeImage = await ensureLocalImage(NODE, architecture);
  await ensureTokenServer(nodeImage);
  await ensureRegistryContainer({
    name: REGISTRY_CONTAINER,
    image: registryImage,
    port: REGISTRY_PORT,
    volume: REGISTRY_VOLUME,
    // By name: syft, grype and cosign send no login to a token server that is told by a private address.
    realm: `http://localhost:${TOKEN_PORT}/token`,
    service: REGISTRY_SERVER,
    issuer: ISSUER,
    certificate: signingIdentity().certificate,
  });
}

async function ensureTokenServer(image: string): Promise<void> {
  const settings: TokenServerOptions = {
    port: TOKEN_PORT,
    address: "0.0.0.0",
    users: [
      tokenUser(PUSH_USER, pushPassword(), EVERYTHING),
      tokenUser(PULL_USER, pullPassword(), PULL_ONLY),
    ],
    identity: signingIdentity(),
    issuer: ISSUER,
    service: REGISTRY_SERVER,
  };
  await ensureContainer({
    name: TOKEN_SERVER_CONTAINER,
    image,
    entrypoint: "node",
    args: ["/srv/token-server/server.js", "/srv/token-server/settings.json"],
    options: [
      ...["--publish", `127.0.0.1:${TOKEN_PORT}:${TOKEN_PORT}`, "--init", "--memory", "128m"],
      ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ],
    directory: "/srv/token-server",
    files: {
      "server.js": await bundle("dev/tokenServer/main.ts"),
      "settings.json": JSON.stringify(settings),
    },
  });
  await waitFor(`http://127.0.0.1:${TOKEN_PORT}/health`, 200, TOKEN_SERVER_CONTAINER);
}

/** The key that signs the dev registry's tokens, made once a machine. */
function signingIdentity(): SigningIdentity {
  const file = cached("secrets", "token-signing.json");
  const OWNER_ONLY = 0o600;
  if (!existsSync(file)) {
    writeWhole(file, JSON.stringify(createSigningIdentity(ISSUER)), OWNER_ONLY);
  }
  // Only this function writes the file.
  return JSON.parse(readFileSync(file, "utf8")) as SigningIdentity;
}

/** A registry of a test's own. */
export interface TestRegistry {
  /** `localhost:PORT`. */
  readonly server: string;
  readonly port: number;
  readonly tokens: TokenServer;
  /** Removes the container and its data, and stops the token server. */
  close(): Promise<void>;
}

/** How a test's registry differs from the dev registry. */
export interface TestRegistryOptions {
  /** Name of the container; has to carry the test's own prefix. */
  readonly name: string;
  readonly port: number;
  readonly users: readonly TokenUser[];
  /** true: writes are refused. Default: false. */
  readonly readOnly?: boolean;
  /** A volume whose data outlives the container. Default: none. */
  readonly volume?: string;
}

/**
 * Starts a registry from the dev registry's image, with a token server in this very process. Needs
 * the dev environment's set-up to have run.
 */
export async function startTestRegistry(options: TestRegistryOptions): Promise<TestRegistry> {
  const { name, port, users } = options;
  const server = `localhost:${port}`;
  const identity = createSigningIdentity(name);
  const tokens = await startTokenServer({ users, identity, issuer: name, service: server });
  const image = await docker(["inspect", "-f", "{{.Config.Image}}", REGISTRY_CONTAINER]);
  const close = async (): Promise<void> => {
    await docker(["rm", "-f", "-v", name]);
    await tokens.close();
  };
  try {
    await ensureRegistryContainer({
      ...{ name, image, port, service: server, issuer: name, realm: tokens.realm },
      certificate: identity.certificate,
      ...(options.readOnly === undefined ? {} : { readOnly: options.readOnly }),
      ...(options.volume === undefined ? {} : { volume: options.volume }),
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { server, port, tokens, close };
}
