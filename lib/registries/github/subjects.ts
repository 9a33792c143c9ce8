/** A repository on GitHub, with the numbers that stay when it is renamed. */
export interface GithubRepositoryNames {
  /** Owner as GitHub spells it: the comparison of subjects is case-sensitive. */
  readonly owner: string;
  /** Name without the owner, as GitHub spells it. */
  readonly name: string;
  /** Number of the owner's account. Default: unknown. */
  readonly ownerId?: number;
  /** Number of the repository. Default: unknown. */
  readonly repositoryId?: number;
}

/** What a workflow run stands on, as far as its token's subject says it. */
export type WorkflowRef =
  | { readonly kind: "branch"; readonly name: string }
  /** `pattern` may hold `*` where the cloud compares by wildcards. */
  | { readonly kind: "tag"; readonly pattern: string }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "pullRequest" };

/** Issuer of the tokens that GitHub Actions gives to its jobs. */
export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/** Tags that deploy, as GitHub and IAM write a pattern. */
export const RELEASE_TAGS = "v*";

/**
 * What may push: the default branch, `v*` tags and the environment. A job that names an environment
 * has the environment in its subject and nothing of its branch, so the environment's own rules
 * (branchPolicies) have to let these branches and tags in alone.
 */
export function pushRefs(settings: {
  readonly defaultBranch: string;
  readonly environment: string;
}): readonly WorkflowRef[] {
  return [
    { kind: "branch", name: settings.defaultBranch },
    { kind: "tag", pattern: RELEASE_TAGS },
    { kind: "environment", name: settings.environment },
  ];
}

/**
 * Every `sub` that GitHub may put into the token of a run on `refs`, ref by ref. There are two
 * formats: names alone, and names with their numbers, which repositories made or renamed since
 * July 2026 have (https://docs.github.com/en/actions/reference/security/oidc). The second needs both
 * numbers; without them it is left out, because a wildcard there would let a stranger in who takes
 * over the name.
 */
export function subjects(
  repository: GithubRepositoryNames,
  refs: readonly WorkflowRef[],
): readonly string[] {
  const prefixes = subjectPrefixes(repository);
  return refs.flatMap((ref) => prefixes.map((prefix) => `${prefix}:${suffix(ref)}`));
}

function subjectPrefixes(repository: GithubRepositoryNames): readonly string[] {
  const { owner, name, ownerId, repositoryId } = repository;
  const byName = `repo:${owner}/${name}`;
  if (ownerId === undefined || repositoryId === undefined) return [byName];
  return [byName, `repo:${owner}@${ownerId.toString()}/${name}@${repositoryId.toString()}`];
}

function suffix(ref: WorkflowRef): string {
  switch (ref.kind) {
    case "branch":
      return `ref:refs/heads/${ref.name}`;
    case "tag":
      return `ref:refs/tags/${ref.pattern}`;
    case "environment":
      // A colon would end the name: GitHub writes it encoded.
      return `environment:${ref.name.replaceAll(":", "%3A")}`;
    case "pullRequest":
      return "pull_request";
  }
}
