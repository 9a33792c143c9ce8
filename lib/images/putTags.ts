import { UserError } from "../errors";
import type { RegistryClient } from "../oci/registryClient";
import type { ImageTagsInputs, ImageTagsOutputs } from "../resources/imageTags";
import type { BuiltIndex } from "./buildIndex";
import { currentTags } from "./currentTags";
import { type ChildImage, readImages } from "./manifests";
import { ofKind, type OnTag, putAll, settleIndex } from "./publication";

/**
 * Publishes an index that is in the registry: moves the floating tags, then puts VERSION. Tags that
 * are right already are not put again.
 *
 * VERSION is last because it alone says that a version is published: a run that breaks off before it
 * leaves a version that the next run still publishes, with all its tags.
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
    const text = `index \`${name}@${digest}\` is not in the registry any more; \`pulumi up --refresh\` makes it again`;
    throw new UserError(text, "image-incomplete");
  }
  const { children } = await readImages(client, repository, index);
  // The checks before this take a while, and so do the other tags: VERSION may have been taken meanwhile.
  const assertFree = (): Promise<void> => assertUntaken(client, inputs, children, index);
  await assertFree();
  const publication = { client, repository, index, onTag };
  // Asked only now: a higher release may have come meanwhile.
  const tags = await currentTags(client, repository, { version, source });
  const floating = ofKind(tags, "floating").filter(({ tag }) => tag !== version);
  await putAll(publication, floating);
  await assertFree();
  // VERSION stands first among them.
  await putAll(publication, tags.slice(0, 1));
  return { ...inputs, tags: [version, ...floating.map(({ tag }) => tag)].sort() };
}

/** @throws UserError `tag-immutable`, `tag-taken` where VERSION stands for another index that stays */
async function assertUntaken(
  client: RegistryClient,
  inputs: ImageTagsInputs,
  children: readonly ChildImage[],
  index: BuiltIndex,
): Promise<void> {
  const settled = await settleIndex(client, inputs, children, index);
  if (settled.digest === index.digest) return;
  throw new UserError(
    `\`${client.server}/${inputs.repository}:${inputs.version}\` was published by another run meanwhile, with the same images, as ${settled.digest}; run again to deploy that`,
    "tag-taken",
  );
}
