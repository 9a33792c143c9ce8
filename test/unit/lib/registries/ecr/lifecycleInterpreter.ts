import type { LifecycleRule } from "../../../../../lib/registries/ecr/lifecycle";
import { matchesFilter } from "../../../../../lib/registries/ecr/immutability";

/** One manifest of a repository, as far as ECR's lifecycle looks at it. */
export interface StoredImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Days since its push. */
  readonly age: number;
  /** Manifests that it lists, where it is an index. */
  readonly children: readonly string[];
  /** What it is a signature or a bill of materials of, by OCI 1.1's `subject`. */
  readonly subject?: string;
}

/**
 * What ECR's evaluator leaves of a repository, in AWS's own words ("Lifecycle policy evaluation
 * rules", userguide/LifecyclePolicies.html), applied again and again until nothing more goes.
 */
export function survivors(
  images: readonly StoredImage[],
  rules: readonly LifecycleRule[],
): readonly StoredImage[] {
  let left = images;
  for (;;) {
    const next = evaluate(left, rules);
    if (next.length === left.length) return left;
    left = next;
  }
}

function evaluate(images: readonly StoredImage[], rules: readonly LifecycleRule[]) {
  const byPriority = [...rules].sort((a, b) => a.rulePriority - b.rulePriority);
  const marked = new Set(
    images
      // "expired by exactly one or zero rules"; "that matches the tagging requirements of a rule
      // cannot be expired by a rule with a lower priority"
      .filter((image) => {
        const first = byPriority.find((rule) => matches(rule, image));
        return first !== undefined && selected(first, images).has(image.digest);
      })
      .map(({ digest }) => digest),
  );
  // "referenced by a manifest list: cannot be expired without the manifest list being deleted first"
  const listed = new Set(images.filter(isLeft).flatMap(({ children }) => children));
  const digests = new Set(images.filter((one) => isLeft(one) || listed.has(one.digest)).map(id));
  // "reference artifacts expire within 24 hours of the deletion of the subject image"
  return images.filter(
    ({ digest, subject }) => digests.has(digest) && (subject === undefined || digests.has(subject)),
  );

  function isLeft({ digest }: StoredImage): boolean {
    return !marked.has(digest);
  }
}

function id({ digest }: StoredImage): string {
  return digest;
}

/** A reference artifact's life hangs on its subject; it is not untagged garbage of its own. */
function matches({ selection }: LifecycleRule, { tags, subject }: StoredImage): boolean {
  if (selection.tagStatus === "untagged") return tags.length === 0 && subject === undefined;
  const patterns = selection.tagPatternList ?? [];
  return patterns.every((pattern) => tags.some((tag) => matchesFilter(pattern, tag)));
}

/** "Rules can still identify [images marked by others] as if they haven't been expired". */
function selected(rule: LifecycleRule, images: readonly StoredImage[]): ReadonlySet<string> {
  const { countType, countNumber } = rule.selection;
  const matching = images.filter((image) => matches(rule, image));
  const youngestFirst = [...matching].sort((a, b) => a.age - b.age);
  const gone =
    countType === "imageCountMoreThan"
      ? youngestFirst.slice(countNumber)
      : youngestFirst.filter(({ age }) => age > countNumber);
  return new Set(gone.map(id));
}
