import { UserError } from "../errors";
import { canonicalJson } from "../oci/canonicalJson";
import type { RegistryClient } from "../oci/registryClient";
import type { ImageIndexInputs, ImageIndexOutputs, PlatformImage } from "../resources/imageIndex";
import { isSemverVersion } from "../tags/version";
import { type ReleaseTag, releaseTags } from "../tags/releaseTags";
import {
  type BuiltIndex,
  INPUTS_ANNOTATION,
  REVISION_ANNOTATION,
  buildIndex,
  releaseAnnotations,
} from "./buildIndex";
import { platformImages } from "./lookUpVersion";
import { type ChildImage, readImages, totalBytes } from "./manifests";
import { platformText } from "./platform";

export interface PublishOptions {
  /**
   * Runs when the index is in the registry and before VERSION and the floating tags are put: the place
   * to sign, attest and verify. If it throws, neither is touched. Default: nothing.
   */
  readonly beforeVersion?: (digest: string) => Promise<void>;
  /** Called for each tag that is put. Default: nothing. */
  readonly onTag?: (tag: string, digest: string) => void;
}

/**
 * Publishes one version of a service: checks its images, makes the index, puts the commit's tags, then
 * VERSION, then the floating tags. Tags that are right already are not put again. Publishing the same
 * twice gives the same digest.
 *
 * @throws UserError `tag-immutable`: VERSION stands for other images, which are named;
 *   `image-incomplete`, `image-platform`: an image is missing or not of the platform that it is given for
 */
export async function publishIndex(
  client: RegistryClient,
  inputs: ImageIndexInputs,
  options: PublishOptions = {},
): Promise<ImageIndexOutputs> {
  const { repository, version, source } = inputs;
  const children = await readClaimed(client, inputs);
  const tags = releaseTags({ version, source, existing: [] });
  const built = buildIndex(
    children.map(({ descriptor }) => descriptor),
    releaseAnnotations(inputs),
  );
  const index = await settleIndex(client, inputs, children, built);
  const publication = { client, repository, index, onTag: options.onTag };
  const held = await putAll(publication, ofKind(tags, "first-wins"));
  if (options.beforeVersion !== undefined) {
    if (held.length === 0) await putTag(publication, index.digest);
    await options.beforeVersion(index.digest);
    // Signing takes a while: VERSION may have been taken meanwhile.
    await settleIndex(client, inputs, children, index);
  }
  await putAll(publication, [{ tag: version, kind: "immutable" }]);
  // Asked only now: a higher release may have come meanwhile.
  const existing = await client.listTags(repository);
  const floating = ofKind(releaseTags({ version, source, existing }), "floating").filter(
    ({ tag }) => tag !== version,
  );
  await putAll(publication, floating);
  return {
    ...inputs,
    digest: index.digest,
    tags: [...held, version, ...floating.map(({ tag }) => tag)].sort(),
    sizeBytes: totalBytes(children),
  };
}

interface Publication {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly index: BuiltIndex;
  readonly onTag: PublishOptions["onTag"];
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

/**
 * The index to publish: ours, or the one that VERSION has already if it has the same images; its
 * annotations may come from an earlier commit with the same inputs.
 */
async function settleIndex(
  client: RegistryClient,
  { repository, version, inputsDigest, source }: ImageIndexInputs,
  children: readonly ChildImage[],
  own: BuiltIndex,
): Promise<BuiltIndex> {
  const present = await client.getManifest(repository, version);
  if (present === undefined || present.digest === own.digest) return own;
  const { children: others, annotations } = await readImages(client, repository, present);
  const same = canonicalJson(platformImages(others)) === canonicalJson(platformImages(children));
  if (!isSemverVersion(version)) {
    return same && annotations[INPUTS_ANNOTATION] === inputsDigest ? present : own;
  }
  if (same) return present;
  const [had, has] = [platformImages(others), platformImages(children)].map(describe);
  const from = annotations[REVISION_ANNOTATION] ?? "an unknown revision";
  throw new UserError(
    [
      `version \`${version}\` of \`${client.server}/${repository}\` is published already, with other images, and never moves:`,
      `  published: ${present.digest} from ${from} (${had ?? ""})`,
      `  this run:  ${own.digest} from ${source.revision ?? "an unknown revision"} (${has ?? ""})`,
      `a changed source needs a new version: \`pulumi config set version …\``,
    ].join("\n"),
    "tag-immutable",
  );
}

/** @returns the tags that stand for the index afterwards */
async function putAll(publication: Publication, tags: readonly ReleaseTag[]): Promise<string[]> {
  const held: string[] = [];
  for (const { tag, kind } of tags) {
    const present = await publication.client.headManifest(publication.repository, tag);
    const right = present?.digest === publication.index.digest;
    if (!right && kind === "first-wins" && present !== undefined) continue;
    // A put of the same digest is refused by ECR's immutable tags (aws/containers-roadmap#2380).
    if (!right) await putTag(publication, tag);
    held.push(tag);
  }
  return held;
}

async function putTag(
  { client, repository, index, onTag }: Publication,
  reference: string,
): Promise<void> {
  await client.putManifest(repository, reference, index.bytes, index.mediaType);
  onTag?.(reference, index.digest);
}

function ofKind(tags: readonly ReleaseTag[], kind: ReleaseTag["kind"]): ReleaseTag[] {
  return tags.filter((tag) => tag.kind === kind);
}

function describe(images: readonly PlatformImage[]): string {
  return images.map(({ platform, digest }) => `${platform} ${digest}`).join(", ");
}
