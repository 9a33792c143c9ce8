import { findingsError, type Finding } from "../../lib/errors";
import { accountId } from "../../lib/registries/github/existing";
import type { GithubRepositorySettings } from "../../lib/settings/settings";
import { askGithub, githubRepository } from "../githubRepository";

/** Who approves a deployment, by number. */
export interface Reviewers {
  readonly users: number[];
  readonly teams: number[];
}

const TEAM = "team:";

/**
 * Looks up who approves deployments.
 * @throws UserError `github-reviewers` with every one whom GitHub does not know
 */
export async function askReviewers(settings: GithubRepositorySettings): Promise<Reviewers> {
  const asked = settings.reviewers.map(async (reviewer, index) => ({
    reviewer,
    at: `github.reviewers[${index.toString()}]`,
    id: await askAccount(settings, reviewer),
  }));
  const found = await Promise.all(asked);
  const unknown = found.flatMap(({ id, at, reviewer }) =>
    id === undefined ? [{ at, message: unknownReviewer(settings, reviewer) }] : [],
  );
  if (unknown.length > 0) throw reviewersError(unknown);
  const idsOf = (teams: boolean): number[] =>
    found.flatMap(({ id, reviewer }) =>
      id !== undefined && reviewer.startsWith(TEAM) === teams ? [id] : [],
    );
  return { users: idsOf(false), teams: idsOf(true) };
}

async function askAccount(
  settings: GithubRepositorySettings,
  reviewer: string,
): Promise<number | undefined> {
  if (!reviewer.startsWith(TEAM)) return accountId(await askGithub(settings, `users/${reviewer}`));
  const { owner, organization } = await githubRepository(settings);
  if (!organization) return undefined;
  const path = `orgs/${owner}/teams/${reviewer.slice(TEAM.length)}`;
  return accountId(await askGithub(settings, path));
}

function unknownReviewer({ owner }: GithubRepositorySettings, reviewer: string): string {
  return reviewer.startsWith(TEAM)
    ? `"${reviewer}" is no team of ${owner} that this token may see; allowed: team:SLUG of an ` +
        "organisation's team, with a token that may read its members"
    : `"${reviewer}" is no user of GitHub; allowed: a login, or team:SLUG`;
}

function reviewersError(findings: readonly Finding[]): Error {
  return findingsError("Reviewers of deployments were not found", findings, "github-reviewers");
}
