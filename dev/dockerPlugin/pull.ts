import { messageOf } from "../../lib/errors";
import type { PluginContext } from "../../provider/plugin";
import { callEngine } from "./daemon";
import type { Daemon } from "./daemon";
import { authHeader, errorOf, messages, throttled } from "./engineMessages";
import { parseCacheName } from "./imageName";
import type { RegistryLogin } from "./registryLogin";

/**
 * Pulls the images that a build takes cached steps from, as the official plugin does: one after
 * another, with the login of the image that is built. One that cannot be had is told and costs the
 * build its cache, nothing else.
 */
export async function pullCaches(
  images: readonly string[],
  platform: string | undefined,
  login: RegistryLogin | undefined,
  daemon: Daemon,
  context: PluginContext,
): Promise<void> {
  for (const image of images) {
    context.report(`Pulling cached image ${image}`);
    const fault = await pull(image, platform, login, daemon, context).catch((error: unknown) =>
      messageOf(error),
    );
    if (fault !== undefined) {
      context.report(`cacheFrom image ${image} not available: ${fault}`, "info");
    }
  }
}

/** @returns the daemon's words where it did not get the image */
async function pull(
  image: string,
  platform: string | undefined,
  login: RegistryLogin | undefined,
  daemon: Daemon,
  { report, signal }: PluginContext,
): Promise<string | undefined> {
  const name = parseCacheName(image);
  if (name === undefined) return "its name is not fully qualified";
  const query = new URLSearchParams({
    fromImage: name.repository,
    tag: name.reference,
    ...(platform === undefined ? {} : { platform }),
  });
  const response = await callEngine(daemon, {
    method: "POST",
    path: `/images/create?${query.toString()}`,
    headers: authHeader(login),
    signal,
  });
  const progress = throttled(report);
  for await (const message of messages(response)) {
    const error = errorOf(message, response.statusCode);
    if (error !== undefined) return error;
    progress.show(message);
  }
  return undefined;
}
