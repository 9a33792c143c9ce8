import { parseVersion } from "../../tags/version";

/** One cleanup policy of a repository, as Artifact Registry's API has it. */
export interface CleanupPolicy {
  readonly id: string;
  /** KEEP beats DELETE; a KEEP alone deletes nothing. */
  readonly action: "KEEP" | "DELETE";
  readonly condition: {
    readonly tagState: "TAGGED";
    /** A version matches if any of its tags begins with any of these. */
    readonly tagPrefixes: readonly string[];
    /** Seconds since the upload, e.g. `1209600s`. */
    readonly olderThan?: string;
  };
}

export interface CleanupArgs {
  /** Days until a pull request's image goes. */
  readonly prDays: number;
  /** The tag that is deployed. */
  readonly version: string;
}

const SECONDS_A_DAY = 86_400;
const PULL_REQUESTS = "pr-";
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * The cleanup policies of a repository: images of pull requests go when they are old, nothing else
 * does.
 *
 * Artifact Registry judges each manifest by its own tags and age. It sees neither which index names
 * it, nor what a signature belongs to, nor what is deployed, and here platform images are shared by
 * releases (an unchanged service is not built again), so that the newest release may stand on the
 * oldest image. Therefore no policy selects by age alone:
 * - untagged manifests stay: signatures and SBOMs have no tag, and belong to releases;
 * - `pb-*` stays: platform images of indexes;
 * - versions stay: which of them are deployed the registry does not know.
 * Those are what `images prune` removes, which reads indexes, referrers and hosts.
 */
export function cleanupPolicies({ prDays, version }: CleanupArgs): readonly CleanupPolicy[] {
  const olderThan = `${(prDays * SECONDS_A_DAY).toString()}s`;
  return [
    {
      id: "delete-pull-requests",
      action: "DELETE",
      condition: { tagState: "TAGGED", tagPrefixes: [PULL_REQUESTS], olderThan },
    },
    {
      id: "keep-releases",
      action: "KEEP",
      condition: { tagState: "TAGGED", tagPrefixes: keptPrefixes(version) },
    },
  ];
}

/**
 * What is kept even where a pull request's tag stands beside it: `latest`, every semantic version
 * (with `v`, and `1.` without it: a commit's tag has no dot), and the deployed tag itself, which may
 * be `dev` or `pr-17`. The list is the same for every semantic version, so that a release changes
 * no policy.
 */
function keptPrefixes(version: string): readonly string[] {
  const prefixes = ["latest", "v", ...DIGITS.map((digit) => `${digit.toString()}.`)];
  const deployed = deployedPrefix(version);
  return prefixes.some((prefix) => deployed.startsWith(prefix))
    ? prefixes
    : [...prefixes, deployed];
}

function deployedPrefix(version: string): string {
  const parsed = parseVersion(version);
  return parsed === undefined || version.startsWith("v") ? version : `${parsed.major.toString()}.`;
}
