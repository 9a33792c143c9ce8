import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { PUSH_USER, pushPassword, REGISTRY_SERVER } from "../../../dev/localRegistry";
import { RegistryClient } from "../../../lib/oci";

/** The dev registry as its pushing user reaches it. */
export function registry(): RegistryClient {
  const endpoint = { server: REGISTRY_SERVER, insecure: true };
  return new RegistryClient(endpoint, { username: PUSH_USER, password: pushPassword() });
}

/** Every tag of a repository with its digest. */
export async function tagsOf(repository: string): Promise<Readonly<Record<string, string>>> {
  const client = registry();
  const tags = (await client.listTags(repository)).sort();
  const heads = await Promise.all(tags.map((tag) => client.headManifest(repository, tag)));
  return Object.fromEntries(tags.map((tag, at) => [tag, heads[at]?.digest ?? "gone"]));
}

/** Removes everything that a project put into the dev registry. */
export async function emptyRepositories(directory: string, name: string): Promise<void> {
  const text = await readFile(join(directory, "docker-compose.prod.yml"), "utf8").catch(() => "");
  // The tests write these files themselves; one that is broken on purpose has no services.
  const services = await Promise.resolve(text)
    .then(parse)
    .then(servicesOf, () => []);
  for (const service of services) {
    const repository = `e2e/${name}/${service}`;
    const digests = new Set(Object.values(await tagsOf(repository)));
    for (const digest of digests) await registry().deleteManifest(repository, digest);
  }
}

function servicesOf(file: unknown): string[] {
  const { services } = (file ?? {}) as { services?: Record<string, unknown> };
  return Object.keys(services ?? {});
}
