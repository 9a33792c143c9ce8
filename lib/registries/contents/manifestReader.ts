import type { Manifest, RegistryClient } from "../../oci/registryClient";

/**
 * Reads manifests and keeps what `keep` makes of each, by repository and digest: a manifest never
 * changes, and of thousands only the little that is needed stays in memory.
 */
export class ManifestReader<T = unknown> {
  private readonly known = new Map<string, Promise<T | undefined>>();

  public constructor(
    private readonly client: Pick<RegistryClient, "getManifest">,
    private readonly keep: (manifest: Manifest) => T,
  ) {}

  /** What a tag stands for now: always asked. @returns undefined: there is no such tag */
  public async resolve(repository: string, tag: string): Promise<string | undefined> {
    const manifest = await this.client.getManifest(repository, tag);
    if (manifest === undefined) return undefined;
    const key = `${repository}@${manifest.digest}`;
    if (!this.known.has(key)) this.known.set(key, Promise.resolve(this.keep(manifest)));
    return manifest.digest;
  }

  /** @returns undefined: the repository has no such manifest */
  public read(repository: string, digest: string): Promise<T | undefined> {
    const key = `${repository}@${digest}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const asked = this.client
      .getManifest(repository, digest)
      .then((manifest) => (manifest === undefined ? undefined : this.keep(manifest)));
    this.known.set(key, asked);
    asked.catch(() => this.known.delete(key));
    return asked;
  }
}
