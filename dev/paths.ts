import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout that this process runs in. */
export const CHECKOUT = resolve(__dirname, "..");

/**
 * Everything that outlives a checkout: downloads, the Docker engine's data, Pulumi's plugins and
 * state. All checkouts of a user share it. Follows the XDG base directory specification.
 */
export const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "bot-core");

/** A path inside the cache. */
export function cached(...parts: string[]): string {
  return join(CACHE, ...parts);
}

/** First on PATH of everything that we start: the docker and pulumi that were chosen. */
export const CACHE_BIN = cached("bin");

/** PULUMI_HOME of the dev environment. */
export const PULUMI_HOME = cached("pulumi-home");

/** Every container, image and volume of the dev environment carries this label. */
export const DEV_LABEL = "bot-core.dev";
