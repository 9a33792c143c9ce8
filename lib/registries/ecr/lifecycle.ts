import { compare, coerce } from "semver";
import type { RetentionSettings } from "../../settings/settings";
import { branchSlug, isFloatingAlias } from "../../tags";

export interface LifecycleArgs {
  readonly retention: Pick<RetentionSettings, "keepVersions" | "untaggedDays" | "prDays">;
  /** How many platform images a version has. */
  readonly platforms: number;
  /** What is deployed, and what ran before: neither expires, however old it is. */
  readonly versions: readonly string[];
  /** Tags that the repository has, and those that this run puts; the floating ones are kept. */
  readonly tags: readonly string[];
  /** Default branch, as git knows it. Default: `main` and `master`. */
  readonly defaultBranch?: string | undefined;
}

/** One rule of an ECR lifecycle policy, as far as this program writes them. */
export interface LifecycleRule {
  readonly rulePriority: number;
  readonly description: string;
  readonly selection: {
    readonly tagStatus: "tagged" | "untagged";
    /** All of them have to match a tag of the image: AWS joins them by AND. */
    readonly tagPatternList?: readonly string[];
    readonly countType: "imageCountMoreThan" | "sinceImagePushed";
    readonly countUnit?: "days";
    readonly countNumber: number;
  };
  readonly action: { readonly type: "expire" };
}

/** AWS's limit of one policy. */
const MAX_RULES = 50;
/** Rules that expire something. */
const EXPIRING_RULES = 4;

/**
 * What ECR removes by itself, as the policy's JSON. Its rules, in the words of
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html:
 * an image that matches a rule's tags is out of reach of every rule after it; an image of a living
 * index does not expire; a signature goes when its image goes; the age is that of the push, not of
 * the tag.
 *
 * 1. One rule for each tag that must stay, which can match one image only and so never expires it:
 *    what is deployed, `latest`, `v1`, `v1.2`, the default branch.
 * 2. Complete versions: the newest `keepVersions` stay. This stands before the pull requests, so that a
 *    version that was published from one is a version.
 * 3. Pull requests after `prDays`.
 * 4. Build tags: as many as the kept versions have platforms; those of a living index stay anyway.
 * 5. Untagged manifests after `untaggedDays`.
 *
 * There is no rule for `any`: commit tags, other branches and `sha256-…` fallback tags never expire
 * here. `npx bot-core images prune` knows what hangs on them.
 */
export function lifecyclePolicy(args: LifecycleArgs): string {
  return JSON.stringify({ rules: lifecycleRules(args) });
}

/** Cached images are there again with their next pull; an index takes its images with it. */
const CACHED_DAYS = 30;

/** What ECR removes of a pull-through cache: everything that was fetched long ago. */
export function cacheLifecyclePolicy(): string {
  const rule = {
    rulePriority: 1,
    description: `cached for ${CACHED_DAYS} days`,
    selection: { tagStatus: "any", ...since(CACHED_DAYS) },
    action: { type: "expire" },
  };
  return JSON.stringify({ rules: [rule] });
}

/** The rules of `lifecyclePolicy`, by priority. */
export function lifecycleRules(args: LifecycleArgs): LifecycleRule[] {
  const { keepVersions, prDays, untaggedDays } = args.retention;
  const kept = keptTags(args).map((tag) =>
    tagged(`keep ${tag}`, tag, { countType: "imageCountMoreThan", countNumber: 1 }),
  );
  const rules = [
    ...kept,
    tagged(`keep ${keepVersions} versions`, "*.*.*", {
      countType: "imageCountMoreThan",
      countNumber: keepVersions,
    }),
    tagged(`pull requests for ${prDays} days`, "pr-*", since(prDays)),
    tagged(`platform images of ${keepVersions} versions`, "pb-*", {
      countType: "imageCountMoreThan",
      countNumber: keepVersions * args.platforms,
    }),
    {
      description: `untagged for ${untaggedDays} days`,
      selection: { tagStatus: "untagged" as const, ...since(untaggedDays) },
    },
  ];
  return rules.map(({ description, selection }, at) => ({
    rulePriority: at + 1,
    description,
    selection,
    action: { type: "expire" },
  }));
}

type Count = Pick<LifecycleRule["selection"], "countType" | "countUnit" | "countNumber">;

function since(days: number): Count {
  return { countType: "sinceImagePushed", countUnit: "days", countNumber: days };
}

function tagged(description: string, pattern: string, count: Count) {
  return {
    description: description.slice(0, 256),
    selection: { tagStatus: "tagged" as const, tagPatternList: [pattern], ...count },
  };
}

/** Tags whose image must stay, in order of their importance: AWS's limit cuts the oldest lines off. */
export function keptTags({ versions, tags, defaultBranch }: LifecycleArgs): string[] {
  const branches = defaultBranch === undefined ? ["main", "master"] : [branchSlug(defaultBranch)];
  const lines = tags.filter((tag) => isFloatingAlias(tag) && tag !== "latest").sort(newestFirst);
  const kept = new Set([...versions, "latest", ...branches, ...lines]);
  return [...kept].slice(0, MAX_RULES - EXPIRING_RULES);
}

function newestFirst(one: string, other: string): number {
  const byNumber = compare(coerce(other) ?? "0.0.0", coerce(one) ?? "0.0.0");
  return byNumber === 0 ? one.localeCompare(other) : byNumber;
}
