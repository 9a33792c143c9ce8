import { delimiter } from "node:path";
import { mirrorName } from "./images/mirror";
import { NODE, PYTHON, RUST } from "./images/recipes";
import { PULL_USER, PUSH_USER, pullPassword, pushPassword } from "./localRegistry";
import { CACHE_BIN, PULUMI_HOME, cached } from "./paths";

/**
 * Passphrase of the dev stack's secrets. Public on purpose: the dev stack keeps nothing that is
 * worth hiding, and Pulumi.dev.yaml's salt belongs to it. Production stacks have their own.
 */
const DEV_PASSPHRASE = "bot-core-dev";

/** State of the dev environment's stacks. */
export const STATE_DIRECTORY = cached("state");

/** What the dev stack's commands find in their environment, beside the user's own variables. */
export function devEnvironment(): Record<string, string> {
  return {
    PATH: [CACHE_BIN, process.env["PATH"] ?? ""].join(delimiter),
    PULUMI_HOME,
    PULUMI_BACKEND_URL: `file://${STATE_DIRECTORY}`,
    PULUMI_CONFIG_PASSPHRASE: DEV_PASSPHRASE,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Otherwise the engine looks for the plugin of every @pulumi package at each run.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    DOCKER_USERNAME: PUSH_USER,
    DOCKER_PASSWORD: pushPassword(),
    DOCKER_PULL_USERNAME: PULL_USER,
    DOCKER_PULL_PASSWORD: pullPassword(),
    RUST_IMAGE: mirrorName(RUST),
    PYTHON_IMAGE: mirrorName(PYTHON),
    NODE_IMAGE: mirrorName(NODE),
    // Production's limits count twice while both colours run; a laptop need not have that much.
    ENGINE_MEMORY: "128M",
    AI_MEMORY: "256M",
    UI_MEMORY: "384M",
  };
}
