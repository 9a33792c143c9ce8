import { UserError } from "../errors";
import type { RegistryClient } from "../oci/registryClient";
import type { ImageTagsInputs, ImageTagsOutputs } from "../resources/imageTags";
import { releaseTags } from "../tags/releaseTags";
import { currentTags } from "./currentTags";
import { readImages } from "./manifests";
import { ofKind, type OnTag, putAll, settleIndex } from "./publication";

/**
 * Publishes an index that is in the registry: puts VERSION, then moves the floating tags. Tags that
 * are right already are not put again.
 *
 * @param onTag called for each tag that is put; default: nobody
 * @throws UserError `tag-immutable`: VERSION stands for other images; `tag-taken`: another run has
 *   published the same images meanwhile; `image-incomplete`: the index is gone
 */
export async function putTags(
  client: RegistryClient,
  inputs: ImageTagsInputs,
  onTag?: OnTag,
): Promise<ImageTagsOutputs> {
  const { repository, version, source, digest } = inputs;
  const name = `${client.server}/${repository}`;
  const index = await client.getManifest(repository, digest);
  if (index === undefined) {
    const text = `index \`${name}@${digest}\` is not in the registry any more; run again`;
    throw new UserError(text, "image-incomplete");
  }
  const { children } = await readImages(client, repository, index);
  // The checks before this take a while: VERSION may have been taken meanwhile.
  const settled = await settleIndex(client, inputs, children, index);
  if (settled.digest !== digest) {
    throw new UserError(
      `\`${name}:${version}\` was published by another run meanwhile, with the same images, as ${settled.digest}; run again to deploy that`,
      "tag-taken",
    );
  }
  const publication = { client, repository, index, onTag };
  const main = releaseTags({ version, source, existing: [] }).slice(0, 1);
  await putAll(publication, main);
  // Asked only now: a higher release may have come meanwhile.
  const tags = await currentTags(client, repository, { version, source });
  const floating = ofKind(tags, "floating").filter(({ tag }) => tag !== version);
  await putAll(publication, floating);
  return { ...inputs, tags: [version, ...floating.map(({ tag }) => tag)].sort() };
}
