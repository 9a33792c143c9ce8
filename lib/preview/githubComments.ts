import { z } from "zod";
import { accepted, type Answer, call, findInPages, type GithubAccess } from "../github/client";

/** Which pull request is commented on, and as whom. The token may write its comments. */
export interface PullRequest extends GithubAccess {
  readonly number: number;
}

export interface Written {
  readonly action: "created" | "updated" | "unchanged";
  /** Web address of the comment. */
  readonly url: string;
}

const Comment = z.object({ id: z.number(), html_url: z.string(), body: z.string().nullish() });

/**
 * Writes the comment that starts with `marker`, or updates the one that is there. What is there
 * already, word for word, is left alone.
 * @throws UserError `github-*` with GitHub's own words and what to do
 */
export async function writeComment(
  to: PullRequest,
  marker: string,
  body: string,
): Promise<Written> {
  const accept = (answer: Answer): Answer => accepted(answer, wishOf(to));
  const list = `/repos/${to.repository}/issues/${to.number}/comments`;
  const isOwn = (comment: z.infer<typeof Comment>): boolean =>
    comment.body?.startsWith(marker) === true;
  const own = await findInPages(to, list, Comment, isOwn, accept);
  if (own?.body?.replaceAll("\r\n", "\n") === body) {
    return { action: "unchanged", url: own.html_url };
  }
  if (own !== undefined) {
    const path = `/repos/${to.repository}/issues/comments/${own.id}`;
    const answer = await call(to, "PATCH", path, { body });
    // Somebody else's comment with our marker: ours is written beside it.
    if (answer.status !== 403 && answer.status !== 404) {
      return { action: "updated", url: Comment.parse(accept(answer).json).html_url };
    }
  }
  const answer = accept(await call(to, "POST", list, { body }));
  return { action: "created", url: Comment.parse(answer.json).html_url };
}

function wishOf({ repository, number }: PullRequest): Parameters<typeof accepted>[1] {
  return {
    what: `the comment on ${repository}#${number}`,
    mends: {
      401: "GITHUB_TOKEN is not valid or has expired: give the workflow's own token",
      403: "the token may not write comments: give the job `permissions: pull-requests: write`",
      404: "check repository and pull request, and that the token may read them",
    },
  };
}
