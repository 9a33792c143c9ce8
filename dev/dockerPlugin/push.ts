import { UserError } from "../../lib/errors";
import type { PluginContext } from "../../provider/plugin";
import { callEngine } from "./daemon";
import type { Daemon } from "./daemon";
import { authHeader, errorOf, messages, throttled } from "./engineMessages";
import type { ImageName } from "./imageName";
import { recordOf } from "./inputs";
import type { RegistryLogin } from "./registryLogin";

/**
 * Pushes a local image by the Engine API; the login goes in a header of the call.
 * @returns `sha256:…` of the manifest, as the push itself reported it
 * @throws UserError `push-denied` where the registry refuses the login, `push-failed` otherwise
 */
export async function pushImage(
  name: ImageName,
  login: RegistryLogin | undefined,
  daemon: Daemon,
  { report, signal }: PluginContext,
): Promise<string> {
  const response = await callEngine(daemon, {
    method: "POST",
    path: `/images/${name.repository}/push?tag=${encodeURIComponent(name.tag)}`,
    headers: authHeader(login),
    signal,
  });
  const full = `${name.repository}:${name.tag}`;
  const progress = throttled(report);
  let digest: string | undefined;
  for await (const message of messages(response)) {
    const error = errorOf(message, response.statusCode);
    if (error !== undefined) throw pushError(full, name.server, login, error);
    const pushed = recordOf(message["aux"])["Digest"];
    if (typeof pushed === "string") digest = pushed;
    progress.show(message);
  }
  if (digest === undefined) {
    throw new UserError(
      `pushing \`${full}\` ended without a digest; run it again`,
      signal.aborted ? "push-aborted" : "push-failed",
    );
  }
  return digest;
}

/** `sha256:…` of a local image. */
export async function localImageId(name: string, daemon: Daemon): Promise<string> {
  const response = await callEngine(daemon, { method: "GET", path: `/images/${name}/json` });
  for await (const message of messages(response)) {
    const id = message["Id"];
    if (typeof id === "string") return id;
  }
  throw new UserError(`the daemon has no image \`${name}\` after its build`, "image-missing");
}

const DENIED = /unauthorized|denied|no basic auth|forbidden|authentication required|\b40[13]\b/i;

function pushError(
  image: string,
  server: string,
  login: RegistryLogin | undefined,
  reason: string,
): UserError {
  if (!DENIED.test(reason)) {
    return new UserError(`pushing \`${image}\` failed: ${reason}`, "push-failed");
  }
  const who = login === undefined ? "without a login" : `as \`${login.username}\``;
  return new UserError(
    `pushing \`${image}\` ${who} was refused by ${server}: ${reason}; check registry.username ` +
      "and registry.password, and that this user may push there",
    "push-denied",
  );
}
