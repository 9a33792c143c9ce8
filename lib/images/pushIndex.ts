import { UserError } from "../errors";
import type { RegistryClient } from "../oci/registryClient";
import type { ImageIndexInputs, ImageIndexOutputs } from "../resources/imageIndex";
import { releaseTags } from "../tags/releaseTags";
import { buildIndex, releaseAnnotations } from "./buildIndex";
import { type ChildImage, readImages, totalBytes } from "./manifests";
import { platformText } from "./platform";
import { ofKind, type OnTag, putAll, putTag, settleIndex } from "./publication";

/**
 * Brings one version of a service into the registry without publishing it: checks its images, makes
 * the index and puts the commit's tags, or none where there are none to put. Pushing the same twice
 * gives the same digest.
 *
 * @param onTag called for each tag that is put; default: nobody
 * @throws UserError `tag-immutable`: VERSION stands for other images, which are named;
 *   `image-incomplete`, `image-platform`: an image is missing or not of the platform that it is given for
 */
export async function pushIndex(
  client: RegistryClient,
  inputs: ImageIndexInputs,
  onTag?: OnTag,
): Promise<ImageIndexOutputs> {
  const { repository, version, source } = inputs;
  const children = await readClaimed(client, inputs);
  const tags = releaseTags({ version, source, existing: [] });
  const built = buildIndex(
    children.map(({ descriptor }) => descriptor),
    releaseAnnotations(inputs),
  );
  const index = await settleIndex(client, inputs, children, built);
  const publication = { client, repository, index, onTag };
  const held = await putAll(publication, ofKind(tags, "first-wins"));
  if (held.length === 0) await putTag(publication, index.digest);
  return { ...inputs, digest: index.digest, tags: held.sort(), sizeBytes: totalBytes(children) };
}

/** Every image as it is in the repository, of the platform that it is given for. */
async function readClaimed(
  client: RegistryClient,
  { repository, images }: ImageIndexInputs,
): Promise<ChildImage[]> {
  return Promise.all(
    images.map(async ({ platform, digest }) => {
      const name = `${client.server}/${repository}@${digest}`;
      const manifest = await client.getManifest(repository, digest);
      if (manifest === undefined) {
        const text = `image \`${name}\` for ${platform} is not in the registry; build and push it again`;
        throw new UserError(text, "image-incomplete");
      }
      const { children } = await readImages(client, repository, manifest);
      const child = children.find((image) => image.platform === platformText(platform));
      if (child !== undefined) return child;
      const found = children.map((image) => image.platform).join(", ");
      throw new UserError(
        `image \`${name}\` is given for ${platform} and is for ${found === "" ? "none" : found}; check the base image and the builder of that platform`,
        "image-platform",
      );
    }),
  );
}
