import { resolveCredentials } from "../lib/credentials";
import type { RegistryClient } from "../lib/oci";
import { registryClient } from "../lib/registries/refusals";
import type { CredentialSource, RegistryAccount } from "../lib/resources/registry";
import type { ImageAccess } from "../lib/supplyChain/image";
import { known, sameValue } from "./values";
import type { MaybeUnknown, PreviewInputs } from "./values";

/** Inputs of a resource that works on a registry. */
interface OnRegistry {
  readonly registry: RegistryAccount;
}

/** A client that is logged in as one of the account's identities. */
export async function clientOf(
  { registry: { endpoint } }: OnRegistry,
  source: CredentialSource,
): Promise<RegistryClient> {
  return registryClient(endpoint, await resolveCredentials(source, endpoint.server));
}

/** An image as the supply chain's tools reach it. */
export async function imageAccess(
  { registry: { endpoint }, repository }: OnRegistry & { readonly repository: string },
  digest: string,
  source: CredentialSource,
): Promise<ImageAccess> {
  const credentials = await resolveCredentials(source, endpoint.server);
  return { endpoint, credentials, repository, digest };
}

/** `server/path@sha256:…`; the id of what is about one image. */
export function digestName({
  registry,
  repository,
  digest,
}: OnRegistry & { readonly repository: string; readonly digest: string }): string {
  return `${registry.endpoint.server}/${repository}@${digest}`;
}

/** Whether one of these inputs has another value, or the registry is another one. */
export function differs<I extends OnRegistry>(
  old: I,
  news: PreviewInputs<I>,
  names: readonly (keyof I)[],
): boolean {
  return (
    names.some((name) => !sameValue(old[name], news[name])) || serverOf(old) !== serverOf(news)
  );
}

function serverOf({ registry }: { readonly registry: MaybeUnknown<RegistryAccount> }): unknown {
  return known(registry)?.endpoint.server;
}
