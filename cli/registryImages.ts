import { loadCompose } from "../lib/compose";
import { resolveCredentials } from "../lib/credentials";
import { findingsError } from "../lib/errors";
import { factsReader, type InventorySources } from "../lib/images/inventory";
import { registryClient } from "../lib/registries/refusals";
import { contentsOf } from "../lib/registries/contents/pick";
import { composeOptions } from "../lib/settings/composeOptions";
import { repositoryPath } from "../lib/settings/registry";
import type { Settings } from "../lib/settings/settings";
import type { Invocation } from "./command";
import { projectFolder, readSettings } from "./stack";

/** A stack's registry with the repositories of its services, opened. */
export interface RegistryImages {
  readonly settings: Settings;
  /** Every service that the Compose files build, by name; config `services` does not narrow it. */
  readonly services: readonly { readonly service: string; readonly repository: string }[];
  readonly sources: InventorySources;
}

/**
 * @param identity `lookUp` reads; `push` may remove, where the registry gives it that right
 * @throws UserError of the configuration, the Compose files and the login
 */
export async function openImages(
  invocation: Invocation,
  identity: "lookUp" | "push",
): Promise<RegistryImages> {
  const { progress, signal } = invocation;
  progress.show("reading the stack's configuration");
  const settings = await readSettings(invocation);
  const { registry } = settings;
  // A release of some services has no say in what there is of the others.
  const whole = { ...settings, release: withoutSelection(settings.release) };
  const { builds, findings } = await loadCompose(
    composeOptions(whole, projectFolder(invocation.folder)),
  );
  if (findings.errors.length > 0 && Object.keys(builds).length === 0) {
    throw findingsError("the Compose files cannot be read", findings.errors, "compose-invalid");
  }
  const source = identity === "lookUp" ? registry.lookUp : registry.account.push;
  const credentials = () => resolveCredentials(source, registry.endpoint.server);
  const client = registryClient(registry.endpoint, await credentials(), { signal });
  const reader = factsReader(client);
  const contents = contentsOf(registry, { client, reader, credentials, signal });
  const services = Object.keys(builds)
    .sort()
    .map((service) => ({ service, repository: repositoryPath(registry, service) }));
  return { settings, services, sources: { client, reader, contents } };
}

function withoutSelection(release: Settings["release"]): Settings["release"] {
  const entries = Object.entries(release).filter(([key]) => key !== "services");
  // Only the optional `services` is left out.
  return Object.fromEntries(entries) as unknown as Settings["release"];
}
