import { RELEASE_TAGS } from "../github/subjects";

/** What a workflow's token is turned into, and which tokens are taken at all. */
export interface PoolTrust {
  /** CEL expression by Google's attribute. */
  readonly attributeMapping: Readonly<Record<string, string>>;
  /** CEL expression: a token for which it is false is refused. */
  readonly attributeCondition: string;
}

/** Attribute that every run of the GitHub repository has. */
const REPOSITORY = "repository_id";
/** Attribute that the runs which may push have. */
const PUSH = "push_repository_id";

/**
 * The trust in one GitHub repository. It stands on the repository's number, which is in tokens of
 * both formats of `sub` and never goes to another repository when a name is given up.
 *
 * Push is for the default branch and `v*` tags. `ref` says them for jobs with an environment too, so
 * the environment needs no rule of its own. A run of `pull_request_target` has the default branch as
 * its `ref` although a stranger started it: it never pushes.
 *
 * `google.subject` is not `sub`, which with both numbers may be longer than the 127 characters that
 * Google allows; it says which run a line in the audit log came from.
 */
export function poolTrust(githubRepositoryId: number, defaultBranch: string): PoolTrust {
  const branch = cel(`refs/heads/${defaultBranch}`);
  const tags = cel(`refs/tags/${RELEASE_TAGS.replace(/\*$/, "")}`);
  const mayPush =
    `!assertion.event_name.startsWith("pull_request") && ` +
    `(assertion.ref == ${branch} || assertion.ref.startsWith(${tags}))`;
  return {
    attributeMapping: {
      "google.subject": `assertion.repository_id + ":" + assertion.run_id`,
      [`attribute.${REPOSITORY}`]: "assertion.repository_id",
      [`attribute.${PUSH}`]: `${mayPush} ? assertion.repository_id : "none"`,
    },
    attributeCondition: `assertion.repository_id == ${cel(githubRepositoryId.toString())}`,
  };
}

/**
 * The runs of a GitHub repository that may pull or push, as a member of an IAM policy.
 * @param pool the pool's name with the project's number, as the API gives it
 */
export function federatedMember(
  pool: string,
  githubRepositoryId: number,
  role: "push" | "pull",
): string {
  const attribute = role === "push" ? PUSH : REPOSITORY;
  return `principalSet://iam.googleapis.com/${pool}/attribute.${attribute}/${githubRepositoryId.toString()}`;
}

/** A string of CEL, whose escapes are those of JSON. */
function cel(text: string): string {
  return JSON.stringify(text);
}
