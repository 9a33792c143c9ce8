import { UserError } from "../errors";
import { canonicalJson } from "../oci/canonicalJson";
import type { RegistryClient } from "../oci/registryClient";
import type { ImageIndexInputs, PlatformImage } from "../resources/imageIndex";
import type { ReleaseTag } from "../tags/releaseTags";
import { isSemverVersion } from "../tags/version";
import { type BuiltIndex, INPUTS_ANNOTATION, REVISION_ANNOTATION } from "./buildIndex";
import { platformImages } from "./lookUpVersion";
import { type ChildImage, readImages } from "./manifests";

/** Called for each tag that is put. */
export type OnTag = (tag: string, digest: string) => void;

/** An index on its way into a repository. */
export interface Publication {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly index: BuiltIndex;
  readonly onTag: OnTag | undefined;
}

/** What is published, as far as another index under VERSION is measured by it. */
export type Claim = Pick<ImageIndexInputs, "repository" | "version" | "inputsDigest" | "source">;

/**
 * The index to publish: ours, or the one that VERSION has already if it has the same images; its
 * annotations may come from an earlier commit with the same inputs.
 * @throws UserError `tag-immutable`: VERSION stands for other images, which are named
 */
export async function settleIndex(
  client: RegistryClient,
  { repository, version, inputsDigest, source }: Claim,
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
export async function putAll(
  publication: Publication,
  tags: readonly ReleaseTag[],
): Promise<string[]> {
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

/** Stores the index under a tag, or under its digest alone. */
export async function putTag(
  { client, repository, index, onTag }: Publication,
  reference: string,
): Promise<void> {
  await client.putManifest(repository, reference, index.bytes, index.mediaType);
  onTag?.(reference, index.digest);
}

export function ofKind(tags: readonly ReleaseTag[], kind: ReleaseTag["kind"]): ReleaseTag[] {
  return tags.filter((tag) => tag.kind === kind);
}

function describe(images: readonly PlatformImage[]): string {
  return images.map(({ platform, digest }) => `${platform} ${digest}`).join(", ");
}
