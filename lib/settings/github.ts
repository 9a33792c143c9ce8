import { branchName, githubEnvironment, githubRepository, githubReviewer } from "./githubNames";
import { setCommand, showPath } from "./mend";
import type { Faults } from "./faults";
import type { ConfigReader } from "./reader";
import type { Rule } from "./rules";
import type { GithubSettings } from "./settings";

const EXAMPLE = ["repository", "OWNER/bot-core"] as const;
const ALLOWED = "{repository, environment?, reviewers?, defaultBranch?}, or false";
const DEFAULT_ENVIRONMENT = "production";
const DEFAULT_BRANCH = "main";

/** GitHub takes no more reviewers of an environment. */
const MOST_REVIEWERS = 6;

/** Reads `github`: {repository, environment?, reviewers?, defaultBranch?}, or false (the default). */
export function parseGithub(root: ConfigReader, faults: Faults): GithubSettings {
  if (root.isFalse("github")) {
    root.read("github", githubOrFalse);
    return { kind: "off" };
  }
  const reader = root.object("github", EXAMPLE, ALLOWED);
  if (reader === undefined) return { kind: "off" };
  const repository = reader.require("repository", githubRepository) ?? "";
  const environment = reader.read("environment", githubEnvironment) ?? DEFAULT_ENVIRONMENT;
  const reviewers = reader.list("reviewers", githubReviewer) ?? [];
  const defaultBranch = reader.read("defaultBranch", branchName) ?? DEFAULT_BRANCH;
  reader.refuseUnknown();
  if (reviewers.length > MOST_REVIEWERS) refuseReviewers(reader, faults, reviewers.length);
  const [owner = "", name = ""] = repository.split("/");
  return { kind: "github", owner, name, environment, reviewers, defaultBranch };
}

const githubOrFalse: Rule<false> = {
  allowed: ALLOWED,
  inside: EXAMPLE,
  parse: (value) => (value === false || value === "false" ? false : undefined),
};

function refuseReviewers(reader: ConfigReader, faults: Faults, count: number): void {
  const path = reader.path("reviewers");
  faults.other(
    showPath(path),
    `given ${count} reviewers; allowed: at most ${MOST_REVIEWERS} (a team counts as one)`,
    setCommand([...path, 0], "team:operations"),
  );
}
