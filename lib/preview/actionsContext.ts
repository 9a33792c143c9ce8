import { readFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../errors";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a comment goes, as far as the command line says it. */
export interface Wanted {
  readonly repository?: string;
  readonly pullRequest?: string;
}

/** Pull request, commit and run of a GitHub Actions job. */
export interface ActionsContext {
  readonly repository: string;
  readonly number: number;
  readonly api: string;
  /** The pull request's own head, not the merge commit that the job checked out. */
  readonly commit?: string;
  readonly runUrl?: string;
}

const Event = z.object({
  pull_request: z
    .object({ number: z.number(), head: z.object({ sha: z.string() }).optional() })
    .optional(),
});

/**
 * Reads what GitHub Actions tells a job by its environment and its event file.
 * @throws UserError `github-context` naming all that is missing, and how to give it
 */
export function actionsContext(wanted: Wanted, env: Environment): ActionsContext {
  const event = readEvent(env["GITHUB_EVENT_PATH"]);
  const repository = wanted.repository ?? env["GITHUB_REPOSITORY"] ?? "";
  const number = Number(
    wanted.pullRequest ??
      event?.number ??
      /^refs\/pull\/(\d+)\//.exec(env["GITHUB_REF"] ?? "")?.[1],
  );
  const faults = [
    ...(/^[\w.-]+\/[\w.-]+$/.test(repository)
      ? []
      : [`no repository (${repository || "nothing given"}): give --repository OWNER/NAME`]),
    ...(Number.isSafeInteger(number) && number > 0
      ? []
      : [`no pull request (${wanted.pullRequest ?? "none in the event"}): give --pull-request N`]),
  ];
  if (faults.length > 0) throw new UserError(faults.join("\n"), "github-context");
  const server = env["GITHUB_SERVER_URL"];
  const run = env["GITHUB_RUN_ID"];
  const commit = event?.head?.sha ?? env["GITHUB_SHA"];
  return {
    repository,
    number,
    api: env["GITHUB_API_URL"] ?? "https://api.github.com",
    ...(commit === undefined ? {} : { commit }),
    ...(server === undefined || run === undefined
      ? {}
      : { runUrl: `${server}/${repository}/actions/runs/${run}` }),
  };
}

function readEvent(path: string | undefined): z.infer<typeof Event>["pull_request"] {
  if (path === undefined || path === "") return undefined;
  try {
    return Event.parse(JSON.parse(readFileSync(path, "utf8"))).pull_request;
  } catch {
    // An event that is no pull request's, or no file: the options say it then.
    return undefined;
  }
}
