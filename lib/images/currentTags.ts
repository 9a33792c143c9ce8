import { z } from "zod";
import type { RegistryClient } from "../oci/registryClient";
import { parseJson } from "../oci/registryErrors";
import type { SourceFacts } from "../resources/imageIndex";
import { aliasesToRead, type ReleaseTag, releaseTags } from "../tags/releaseTags";
import { VERSION_ANNOTATION } from "./buildIndex";

const Annotated = z.object({ annotations: z.record(z.string(), z.string()).optional() });

/**
 * The tags of a release by what the registry holds now: its tags, and the versions that the aliases
 * stand for, because retention may have removed the tag of a higher version.
 */
export async function currentTags(
  client: RegistryClient,
  repository: string,
  release: { readonly version: string; readonly source: SourceFacts },
): Promise<ReleaseTag[]> {
  const existing = await client.listTags(repository);
  const asked = aliasesToRead({ ...release, existing });
  const held = await Promise.all(
    asked.map(async (tag) => [tag, await versionOf(client, repository, tag)] as const),
  );
  return releaseTags({ ...release, existing, held: new Map(held) });
}

/** `""` for an index of somebody else, which does not say. */
async function versionOf(client: RegistryClient, repository: string, tag: string): Promise<string> {
  const manifest = await client.getManifest(repository, tag);
  const parsed = Annotated.safeParse(parseJson(manifest?.bytes.toString("utf8") ?? ""));
  return parsed.data?.annotations?.[VERSION_ANNOTATION] ?? "";
}
