import { type GithubRepositoryNames, subjects, type WorkflowRef } from "../github/subjects";
import type { Role } from "./names";

/** One subject that Azure takes for a managed identity. */
export interface FederatedSubject {
  /** Name of the credential, e.g. `branch` or `environment-numbered`. */
  readonly name: string;
  /** Compared character by character: Azure has no wildcards here. */
  readonly subject: string;
}

/** The audience that Azure asks for, and that azure/login puts into the token. */
export const AZURE_AUDIENCE = "api://AzureADTokenExchange";

/**
 * The subjects of an identity, one for each of GitHub's two formats.
 *
 * Push: the default branch and the environment. A `v*` tag is not among them, because subjects are
 * compared exactly: a job on a tag names the environment, whose own rules let `v*` tags in.
 * Pull: those, and pull requests.
 */
export function federatedSubjects(
  repository: GithubRepositoryNames,
  settings: { readonly defaultBranch: string; readonly environment: string },
  role: Role,
): readonly FederatedSubject[] {
  const refs: readonly (readonly [string, WorkflowRef])[] = [
    ["branch", { kind: "branch", name: settings.defaultBranch }],
    ["environment", { kind: "environment", name: settings.environment }],
    ...(role === "pull" ? [["pull-request", { kind: "pullRequest" }] as const] : []),
  ];
  return refs.flatMap(([name, ref]) =>
    subjects(repository, [ref]).map((subject, at) => ({
      name: at === 0 ? name : `${name}-numbered`,
      subject,
    })),
  );
}
