import { z } from "zod";
import { UserError } from "../../errors";
import { readAnswer, type RestAnswer } from "./restAnswer";
import type { GithubRepositoryNames } from "./subjects";

/** What GitHub says of a repository, as far as identities hang on it. */
export interface RepositoryFacts extends Required<GithubRepositoryNames> {
  /** true: the owner is an organisation, which may have teams. */
  readonly organization: boolean;
}

const repository = z.object({
  id: z.number(),
  name: z.string(),
  owner: z.object({ id: z.number(), login: z.string(), type: z.string() }),
});

/**
 * Reads GitHub's answer to `GET /repos/OWNER/NAME`.
 * @throws UserError `github-repository` where the repository is not there or not visible
 */
export function repositoryFacts(
  asked: { readonly owner: string; readonly name: string },
  answer: RestAnswer,
): RepositoryFacts {
  const found = readAnswer(repository, answer);
  if (found === undefined) throw notVisible(asked);
  const { id, name, owner } = found;
  return {
    owner: owner.login,
    name,
    ownerId: owner.id,
    repositoryId: id,
    organization: owner.type === "Organization",
  };
}

function notVisible({ owner, name }: { owner: string; name: string }): UserError {
  return new UserError(
    `\`github.repository\` is "${owner}/${name}", which GitHub does not show to this token: ` +
      "mend the name by `pulumi config set --path bot-core:github.repository OWNER/NAME`, " +
      "or give GITHUB_TOKEN a token that may read the repository",
    "github-repository",
  );
}
