import { UserError } from "../../errors";
import type { GithubRepositoryNames } from "./subjects";

/** What GitHub says of a repository, as far as identities hang on it. */
export interface RepositoryFacts extends Required<GithubRepositoryNames> {
  /** true: the owner is an organisation, which may have teams. */
  readonly organization: boolean;
}

/**
 * Reads GitHub's answer to `GET /repos/OWNER/NAME`.
 * @throws UserError `github-repository` where the repository is not there or not visible
 */
export function repositoryFacts(
  asked: { readonly owner: string; readonly name: string },
  answer: { readonly code: number; readonly body: string },
): RepositoryFacts {
  if (answer.code !== 200) throw notVisible(asked, answer.code);
  const { id, name, owner } = JSON.parse(answer.body) as RepositoryAnswer;
  if (typeof id !== "number" || typeof name !== "string" || typeof owner?.id !== "number") {
    throw notVisible(asked, answer.code);
  }
  return {
    owner: owner.login ?? asked.owner,
    name,
    ownerId: owner.id,
    repositoryId: id,
    organization: owner.type === "Organization",
  };
}

interface RepositoryAnswer {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly owner?: { readonly login?: string; readonly id?: unknown; readonly type?: unknown };
}

function notVisible({ owner, name }: { owner: string; name: string }, code: number): UserError {
  return new UserError(
    `\`github.repository\` is "${owner}/${name}", which GitHub does not show to this token ` +
      `(answer ${code.toString()}). Mend the name by pulumi config set --path github.repository ` +
      "OWNER/NAME, or give GITHUB_TOKEN a token that may read the repository",
    "github-repository",
  );
}
