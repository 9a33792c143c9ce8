import { z } from "zod";
import { accepted, type Answer, call, entriesOf, type GithubAccess } from "./client";
import { create } from "./create";

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
  const list = `/repos/${to.repository}/issues`;
  const look = (): Promise<Issue | undefined> => findOwn(to, list, wanted, accept);
  const own = await look();
  const { text } = wanted;
  if (own === undefined) {
    if (text === undefined) return { action: "none" };
    const content = { ...text, labels: [wanted.label] };
    const made = await create(to, { list, content, entry: Issue, accept, look });
    return { action: "opened", url: made.html_url };
  }
  const url = own.html_url;
  const path = `${list}/${own.number}`;
  if (text === undefined) {
    accept(await call(to, "PATCH", path, { state: "closed", state_reason: "completed" }));
    const said = await call(to, "POST", `${path}/comments`, { body: wanted.closing });
    // The issue is closed, which is what counts; a word that may stand there is not said twice.
    if (said.status < 500) accept(said);
    return { action: "closed", url };
  }
  if (own.title === text.title && same(own.body ?? "", text.body, wanted.footer)) {
    return { action: "unchanged", url };
  }
  accept(await call(to, "PATCH", path, text));
  return { action: "updated", url };
}

async function findOwn(
  to: GithubAccess,
  issues: string,
  { label, marker }: IssueWanted,
  accept: (answer: Answer) => Answer,
): Promise<Issue | undefined> {
  const list = `${issues}?state=open&direction=asc&labels=${encodeURIComponent(label)}`;
  for await (const issue of entriesOf(to, list, Issue, accept)) {
    const isOwn = issue.pull_request === undefined && issue.body?.startsWith(marker) === true;
    if (isOwn) return issue;
  }
  return undefined;
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
