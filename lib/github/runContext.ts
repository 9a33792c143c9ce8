import { UserError } from "../errors";

/** Repository, commit and run of a GitHub Actions job. */
export interface RunContext {
  readonly repository: string;
  readonly api: string;
  readonly commit?: string;
  readonly runUrl?: string;
}

/**
 * Reads what GitHub Actions tells a job by its environment.
 * @param wanted repository of the command line; it comes first
 * @throws UserError `github-context`
 */
export function runContext(
  wanted: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): RunContext {
  const repository = wanted ?? env["GITHUB_REPOSITORY"] ?? "";
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new UserError(
      `no repository (${repository || "nothing given"}): give --repository OWNER/NAME`,
      "github-context",
    );
  }
  const server = env["GITHUB_SERVER_URL"];
  const run = env["GITHUB_RUN_ID"];
  const commit = env["GITHUB_SHA"];
  return {
    repository,
    api: env["GITHUB_API_URL"] ?? "https://api.github.com",
    ...(commit === undefined ? {} : { commit }),
    ...(server === undefined || run === undefined
      ? {}
      : { runUrl: `${server}/${repository}/actions/runs/${run}` }),
  };
}
