import { z } from "zod";
import { Author, ownAuthor } from "../github/author";
import { accepted, type Answer, call, entriesOf, type GithubAccess } from "../github/client";
import { create } from "../github/create";

/** Which pull request is commented on, and as whom. The token may write its comments. */
export interface PullRequest extends GithubAccess {
  readonly number: number;
}

export interface Written {
  readonly action: "created" | "updated" | "unchanged";
  /** Web address of the comment. */
  readonly url: string;
}

const Comment = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: Author,
});
type Comment = z.infer<typeof Comment>;

/**
 * Writes the comment that starts with `marker`, or updates the one that is there and that this token's
 * own identity wrote: whoever else writes the marker would have our words in its hands. What is there
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
  for (const own of await ownComments(to, list, marker, accept)) {
    if (says(own, body)) return { action: "unchanged", url: own.html_url };
    const path = `/repos/${to.repository}/issues/comments/${own.id}`;
    const answer = await call(to, "PATCH", path, { body });
    // Another app's, after all: ours is another one, or still to be written.
    if (answer.status === 403 || answer.status === 404) continue;
    return { action: "updated", url: Comment.parse(accept(answer).json).html_url };
  }
  const look = async (): Promise<Comment | undefined> =>
    (await ownComments(to, list, marker, accept)).find((one) => says(one, body));
  const made = await create(to, { list, content: { body }, entry: Comment, accept, look });
  return { action: "created", url: made.html_url };
}

async function ownComments(
  to: PullRequest,
  list: string,
  marker: string,
  accept: (answer: Answer) => Answer,
): Promise<Comment[]> {
  const marked: Comment[] = [];
  for await (const comment of entriesOf(to, list, Comment, accept)) {
    if (comment.body?.startsWith(marker) === true) marked.push(comment);
  }
  if (marked.length === 0) return [];
  const isOwn = await ownAuthor(to, accept);
  return marked.filter(({ user }) => isOwn(user));
}

function says({ body }: Comment, wanted: string): boolean {
  return body?.replaceAll("\r\n", "\n") === wanted;
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
