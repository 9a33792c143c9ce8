import { RELEASE_TAGS } from "./subjects";

/** One rule of an environment: which branches, or which tags, may deploy there. */
export interface DeploymentPolicy {
  readonly kind: "branch" | "tag";
  /** Ruby's fnmatch: `*` does not match `/`. */
  readonly pattern: string;
}

/** What may deploy: the default branch and `v*` tags, nothing else. */
export function deploymentPolicies(defaultBranch: string): readonly DeploymentPolicy[] {
  return [
    { kind: "branch", pattern: defaultBranch },
    { kind: "tag", pattern: RELEASE_TAGS },
  ];
}

/** A ruleset as GitHub's provider takes it. */
export interface TagRuleset {
  readonly name: string;
  readonly target: "tag";
  readonly enforcement: "active";
  readonly conditions: {
    readonly refName: { readonly includes: string[]; readonly excludes: string[] };
  };
  readonly rules: { readonly update: true; readonly deletion: true };
}

/**
 * A published version's tag is neither moved nor deleted, by nobody: no actor may bypass it. Anybody
 * with write access may still make the next one.
 */
export function versionRuleset(): TagRuleset {
  return {
    name: "bot-core: published versions",
    target: "tag",
    enforcement: "active",
    conditions: { refName: { includes: [`refs/tags/${RELEASE_TAGS}`], excludes: [] } },
    rules: { update: true, deletion: true },
  };
}
