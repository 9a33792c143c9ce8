import fc from "fast-check";

/** One manifest of a package, as Artifact Registry's policies see it, and what hangs on it. */
export interface Manifest {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly ageHours: number;
  /** Digests that an index names. */
  readonly children: readonly string[];
  /** Digest that a signature or an SBOM belongs to. */
  readonly subject?: string;
}

/** A cleanup policy, wider than the ones that the program makes. */
interface Policy {
  readonly action: "KEEP" | "DELETE";
  readonly condition: {
    readonly tagState: "TAGGED" | "UNTAGGED";
    readonly tagPrefixes: readonly string[];
    readonly olderThan?: string;
  };
}

const SECONDS_AN_HOUR = 3600;

/**
 * What a run of the policies leaves, by Google's page on them: a version goes that a DELETE matches
 * and no KEEP. That Artifact Registry refuses to delete a manifest with a parent
 * (`GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE`) is left out: nothing may depend on it.
 */
export function survivors(
  manifests: readonly Manifest[],
  policies: readonly Policy[],
): readonly Manifest[] {
  const matched = (manifest: Manifest, action: Policy["action"]): boolean =>
    policies.some((policy) => policy.action === action && matches(manifest, policy));
  return manifests.filter((manifest) => matched(manifest, "KEEP") || !matched(manifest, "DELETE"));
}

function matches({ tags, ageHours }: Manifest, { condition }: Policy): boolean {
  const { tagState, tagPrefixes, olderThan } = condition;
  if (tagState === "UNTAGGED" ? tags.length > 0 : tags.length === 0) return false;
  if (olderThan !== undefined && ageHours * SECONDS_AN_HOUR <= Number.parseInt(olderThan, 10)) {
    return false;
  }
  return (
    tagPrefixes.length === 0 ||
    tags.some((tag) => tagPrefixes.some((prefix) => tag.startsWith(prefix)))
  );
}

/** Digests that must be there for every kept index: its platform images, its signatures, theirs. */
export function reachable(
  manifests: readonly Manifest[],
  kept: readonly Manifest[],
): readonly string[] {
  const seen = new Set<string>();
  const open = kept.map(({ digest }) => digest);
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    if (seen.has(digest)) continue;
    seen.add(digest);
    const referrers = manifests.filter(({ subject }) => subject === digest);
    const children = manifests.find((one) => one.digest === digest)?.children ?? [];
    open.push(...children, ...referrers.map((one) => one.digest));
  }
  return [...seen];
}

const PLATFORMS = ["amd64", "arm64"];

/** One publishing of a service, by what decides which tags and images it has. */
const publishing = fc.record({
  version: fc.constantFrom("v1.0.0", "v1.1.0", "2.0.0", "14.0.0", "dev", "main", "pr-7", "pr-12"),
  /** What is built: few, so that releases share platform images. */
  inputs: fc.integer({ min: 0, max: 3 }),
  commit: fc.integer({ min: 0, max: 0xff_ffff }),
  fromPullRequest: fc.boolean(),
  isSigned: fc.boolean(),
  /** A rebuild elsewhere: the build tag moves to another image of the same inputs. */
  isRebuilt: fc.boolean(),
  hoursLater: fc.integer({ min: 0, max: 1_000 }),
});

/** A registry as the program fills it, with the tag that is deployed. */
export const randomRegistry = fc
  .array(publishing, { minLength: 1, maxLength: 12 })
  .map((publishings) => {
    const manifests = new Map<string, Manifest>();
    let now = 0;
    const put = (manifest: Omit<Manifest, "ageHours">): void => {
      // A tag is on one manifest; a manifest that is pushed again keeps its age.
      for (const [digest, other] of manifests) {
        const tags = other.tags.filter((tag) => !manifest.tags.includes(tag));
        manifests.set(digest, { ...other, tags });
      }
      const before = manifests.get(manifest.digest);
      const tags = [...new Set([...(before?.tags ?? []), ...manifest.tags])];
      manifests.set(manifest.digest, { ...manifest, tags, ageHours: before?.ageHours ?? now });
    };
    publishings.forEach((one, at) => {
      now += one.hoursLater;
      const children = PLATFORMS.map((platform) => {
        const tag = `pb-${one.inputs.toString().padStart(12, "0")}-${platform}`;
        const known = [...manifests.values()].find(({ tags }) => tags.includes(tag));
        if (known !== undefined && !one.isRebuilt) return known.digest;
        const digest = `sha256:${tag}-${at.toString()}`;
        put({ digest, tags: [tag], children: [] });
        return digest;
      });
      const digest = `sha256:index-${at.toString()}`;
      const sha = one.commit.toString(16).padStart(12, "0");
      const origin = one.fromPullRequest ? ["pr-7"] : [];
      put({ digest, tags: [one.version, sha, ...origin], children });
      if (one.isSigned) {
        put({ digest: `sha256:sig-${at.toString()}`, tags: [], children: [], subject: digest });
      }
    });
    const deployed = publishings.at(-1)?.version ?? "";
    // The time was counted up; an age counts from the end.
    const aged = [...manifests.values()].map((manifest) => ({
      ...manifest,
      ageHours: now - manifest.ageHours,
    }));
    return { manifests: aged, deployed };
  });
