import fc from "fast-check";
import type { SourceFacts } from "../../../../lib/resources/imageIndex";
import { type ReleaseTag, aliasesToRead, isSemverVersion, releaseTags } from "../../../../lib/tags";

/** One publication: what is published, from where. */
export interface Release {
  readonly version: string;
  readonly source: SourceFacts;
}

/** What a tag stands for. Equal releases make equal indexes. */
export interface Index {
  readonly id: string;
  readonly release: Release;
}

/** A registry as far as tags go, with the rules of publishing: the floating tags, then VERSION. */
export class ModelRegistry {
  public readonly tags = new Map<string, Index>();

  /** @param annotated false: nothing tells what an alias stands for, as with images of others */
  public constructor(private readonly annotated = true) {}

  /** @returns false: the version is published already with other content, and nothing was put */
  public publish(release: Release): boolean {
    const { version, source } = release;
    const own: Index = { id: JSON.stringify(release), release };
    const present = this.tags.get(version);
    const immutable = isSemverVersion(version);
    if (immutable && present !== undefined && present.id !== own.id) return false;
    const tags = releaseTags({ version, source, existing: [] });
    for (const { tag } of tags.filter(({ kind }) => kind === "first-wins")) {
      if (!this.tags.has(tag)) this.tags.set(tag, own);
    }
    for (const { tag } of this.floating(release)) this.tags.set(tag, own);
    this.tags.set(version, own);
    return true;
  }

  /** Removes a version's tag, as a registry's own retention may; aliases keep its image. */
  public forget(pick: number): void {
    const versions = [...this.tags.keys()].filter(isSemverVersion);
    this.tags.delete(versions[pick % versions.length] ?? "");
  }

  public snapshot(): Record<string, string> {
    const entries = [...this.tags].map(([tag, { id }]): [string, string] => [tag, id]);
    return Object.fromEntries<string>(entries.sort());
  }

  private floating({ version, source }: Release): ReleaseTag[] {
    const existing = [...this.tags.keys()];
    const held = new Map(
      aliasesToRead({ version, source, existing }).map((tag) => [
        tag,
        this.annotated ? (this.tags.get(tag)?.release.version ?? "") : "",
      ]),
    );
    return releaseTags({ version, source, existing, held }).filter(
      ({ kind, tag }) => kind === "floating" && tag !== version,
    );
  }
}

const number = fc.integer({ min: 0, max: 2 });
export const stableVersions = fc
  .tuple(fc.constantFrom("v", "v", "v", ""), number, number, fc.constantFrom(0, 1, 2, 10))
  .map(([prefix, ...parts]) => `${prefix}${parts.join(".")}`);
const versions = fc.oneof(
  { weight: 5, arbitrary: stableVersions },
  { weight: 2, arbitrary: stableVersions.map((version) => `${version}-rc.1`) },
  { weight: 1, arbitrary: fc.constantFrom("dev", "pr-7", "main", "feat-x") },
);

/** Commits: with letters, and one in ten of digits alone. */
const revisions = fc.nat({ max: 20 }).map((seed) => {
  const digit = seed % 10 === 0 ? "1" : "a";
  return `${seed}`.padStart(12, digit).padEnd(40, "c");
});

const branchNames = fc.constantFrom(
  "main",
  "feat/x",
  "feat-x",
  "v1",
  "latest",
  "pr-7",
  "release/1",
);
export const sources: fc.Arbitrary<SourceFacts> = fc
  .record(
    {
      revision: revisions,
      branch: branchNames,
      pullRequest: fc.integer({ min: 1, max: 9 }),
      dirty: fc.boolean(),
    },
    { requiredKeys: ["dirty"] },
  )
  .map((source) => ({
    ...source,
    ...(source.dirty && source.revision !== undefined
      ? { revision: `${source.revision}-dirty` }
      : {}),
    // A fork may call its branch like ours.
    isDefaultBranch: source.branch === "main",
  }));
export const releases: fc.Arbitrary<Release> = fc.record({ version: versions, source: sources });

/** A stable version from the default branch or a release branch, committed. */
export const properReleases: fc.Arbitrary<Release> = fc
  .record({ version: stableVersions, revision: revisions, isDefaultBranch: fc.boolean() })
  .map(({ version, revision, isDefaultBranch }) => ({
    version,
    source: {
      revision,
      branch: isDefaultBranch ? "main" : "release/1",
      isDefaultBranch,
      dirty: false,
    },
  }));

/** Branch names, most of them near a tag that has another meaning. */
export const branches = fc.oneof(
  fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }),
  fc.stringMatching(
    /^(v?\d{1,13}(\.\d+){0,2}(-\w{1,3})?|(pr|pb|sha|sha256|branch)-?[0-9a-f]{0,12}|latest)$/,
  ),
  fc.stringMatching(/^(feat|fix|x|branch|main|release)([/-][a-bA-B0-1._]{1,3}){0,3}$/),
  fc.stringMatching(/^([a-z]{1,3}-)?[0-9a-f]{6,13}$/),
  fc.stringMatching(/^[a-z/._-]{100,200}$/),
);
