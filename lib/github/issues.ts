import { z } from "zod";
import { accepted, type Answer, call, findInPages, type GithubAccess } from "./client";

/** What became of the issue. */
export interface IssueWritten {
  readonly action: "opened" | "updated" | "unchanged" | "closed" | "none";
  /** Web address; absent where there is none. */
  readonly url?: string;
}

export interface IssueWanted {
  /** The issue's body begins with it. */
  readonly marker: string;
  /**
   * Its label, which outsiders cannot give: an issue of theirs with our marker is never taken for ours.
   */
  readonly label: string;
  /** Absent: nothing is wrong, and an open issue is closed. */
  readonly text?: { readonly title: string; readonly body: string } | undefined;
  /** What is said when it is closed. */
  readonly closing: string;
  /** The body up to there is compared; what stands below changes with every run. */
  readonly footer: string;
}

const Issue = z.object({
  number: z.number(),
  html_url: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  pull_request: z.unknown().optional(),
});
type Issue = z.infer<typeof Issue>;

/**
 * Opens, updates or closes the one issue that a marker stands for.
 * @throws UserError `github-*` with GitHub's own words and what to do
 */
export async function writeIssue(to: GithubAccess, wanted: IssueWanted): Promise<IssueWritten> {
  const accept = (answer: Answer): Answer => accepted(answer, wishOf(to));
  const issues = `/repos/${to.repository}/issues`;
  const list = `${issues}?state=open&direction=asc&labels=${encodeURIComponent(wanted.label)}`;
  const isOwn = (issue: Issue): boolean =>
    issue.pull_request === undefined && issue.body?.startsWith(wanted.marker) === true;
  const own = await findInPages(to, list, Issue, isOwn, accept);
  const { text } = wanted;
  if (own === undefined) {
    if (text === undefined) return { action: "none" };
    const answer = await call(to, "POST", issues, { ...text, labels: [wanted.label] });
    return { action: "opened", url: Issue.parse(accept(answer).json).html_url };
  }
  const url = own.html_url;
  if (text === undefined) {
    const comments = `${issues}/${own.number}/comments`;
    accept(await call(to, "POST", comments, { body: wanted.closing }));
    const closed = { state: "closed", state_reason: "completed" };
    accept(await call(to, "PATCH", `${issues}/${own.number}`, closed));
    return { action: "closed", url };
  }
  if (own.title === text.title && same(own.body ?? "", text.body, wanted.footer)) {
    return { action: "unchanged", url };
  }
  accept(await call(to, "PATCH", `${issues}/${own.number}`, text));
  return { action: "updated", url };
}

function same(there: string, wanted: string, footer: string): boolean {
  const [one, other] = [there.replaceAll("\r\n", "\n"), wanted].map((body) => {
    const end = body.lastIndexOf(footer);
    return end < 0 ? body : body.slice(0, end);
  });
  return one === other;
}

function wishOf({ repository }: GithubAccess): Parameters<typeof accepted>[1] {
  return {
    what: `the issue in ${repository}`,
    mends: {
      401: "GITHUB_TOKEN is not valid or has expired: give the workflow's own token",
      403: "the token may not write issues: give the job `permissions: issues: write`",
      404: "check the repository's name, and that the token may read it",
      410: "issues are switched off in this repository: switch them on in its settings",
    },
  };
}
