import { pushIndex, putTags } from "../../../../lib/images";
import type { RegistryClient } from "../../../../lib/oci";
import type { ImageIndexInputs, ImageIndexOutputs } from "../../../../lib/resources/imageIndex";

export interface PublishOptions {
  /** Runs between index and tags, where the gates of a release stand. */
  readonly beforeVersion?: (digest: string) => Promise<void>;
}

/** The two steps of a publication as one: the index, then VERSION and the floating tags. */
export async function publishIndex(
  client: RegistryClient,
  inputs: ImageIndexInputs,
  { beforeVersion }: PublishOptions = {},
): Promise<ImageIndexOutputs> {
  const index = await pushIndex(client, inputs);
  await beforeVersion?.(index.digest);
  const { digest } = index;
  const { tags } = await putTags(client, { ...inputs, digest, keepLocalTags: [] });
  return { ...index, tags: [...index.tags, ...tags].sort() };
}
