import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors";
import { type Run, run as runProgram } from "../process/run";
import type { SourceFacts } from "../resources/imageIndex";
import { type CiFacts, readCi } from "./ciFacts";
import { webUrl } from "./remoteUrl";

export interface ReadSourceArgs {
  /** Absolute path of the folder with the Compose files. */
  readonly projectDirectory: string;
  /** Build contexts and Dockerfiles of the built services, relative to it: only changes there are dirt. */
  readonly paths: readonly string[];
  /** Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the real one. */
  readonly run?: Run;
}

/** Runs git and gives its output; undefined for an exit code other than 0. */
type Git = (...args: readonly string[]) => Promise<string | undefined>;

const TIMEOUT_MS = 60_000;

/**
 * What is known of the source: from git, and from the CI's variables what a detached checkout does not
 * know (branch, pull request). Without git or a commit: GIT_SHA, else GITHUB_SHA, else nothing.
 * A dirty revision ends in `-dirty`; the caller decides whether it may be published.
 * @throws UserError `git-failed` where there is a repository and git cannot read its changes,
 *   `git-sha` for a GIT_SHA that is no commit id
 */
export async function readSource(args: ReadSourceArgs): Promise<SourceFacts> {
  const { projectDirectory, env = process.env, run = runProgram } = args;
  const ci = readCi(env);
  const root = repositoryRoot(projectDirectory);
  const git = root === undefined ? undefined : gitIn(root, projectDirectory, run);
  const head = await git?.("log", "-1", "--format=%H %ct", "HEAD").catch(withoutProgram);
  if (git === undefined || head === undefined) return factsOf(ci, {});
  const [commit = "", seconds = ""] = head.trim().split(" ");
  const dirty = await isDirty(git, args.paths, projectDirectory);
  const revision = (ci.pullRequest === undefined ? undefined : await mergedHead(git)) ?? commit;
  const branch = ci.branch ?? (ci.detached ? undefined : await currentBranch(git));
  return factsOf(ci, {
    revision: dirty ? `${revision}-dirty` : revision,
    created: new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z"),
    branch,
    dirty,
    isDefaultBranch: ci.pullRequest === undefined && (await isDefault(git, branch, ci)),
    url: webUrl((await git("config", "--get", "remote.origin.url")) ?? ""),
  });
}

interface GitFacts {
  readonly revision?: string;
  readonly created?: string;
  readonly branch?: string | undefined;
  readonly dirty?: boolean;
  readonly isDefaultBranch?: boolean;
  readonly url?: string | undefined;
}

function factsOf(ci: CiFacts, git: GitFacts): SourceFacts {
  const revision = git.revision ?? ci.revision;
  const branch = git.branch ?? ci.branch;
  const url = git.url ?? ci.url;
  const named = ci.pullRequest === undefined && branch !== undefined && isMainName(branch, ci);
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(git.created === undefined ? {} : { created: git.created }),
    ...(branch === undefined ? {} : { branch }),
    isDefaultBranch: git.isDefaultBranch ?? named,
    ...(ci.pullRequest === undefined ? {} : { pullRequest: ci.pullRequest }),
    dirty: git.dirty ?? false,
    ...(url === undefined ? {} : { url }),
  };
}

/** The nearest folder upwards with a `.git`, which is a file in worktrees and submodules. */
function repositoryRoot(folder: string): string | undefined {
  // git compares the safe folder's name with the real one.
  for (let at = realpathSync(resolve(folder)); ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}

function gitIn(root: string, folder: string, run: Run): Git {
  // In CI the checkout often belongs to another user than root, and git then refuses to read it. Its
  // program is being run already, so naming this one folder as safe gives nothing away.
  const safe = ["-c", `safe.directory=${root}`, "-c", "core.fsmonitor=false"];
  // A git hook's variables would point elsewhere; optional locks would disturb a git at work.
  const env = {
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
    GIT_OPTIONAL_LOCKS: "0",
    LC_ALL: "C",
  };
  return async (...args) => {
    const options = { env, timeoutMs: TIMEOUT_MS };
    const result = await run("git", ["-C", folder, ...safe, ...args], options);
    return result.code === 0 ? result.stdout : undefined;
  };
}

function withoutProgram(error: unknown): undefined {
  if (error instanceof UserError && error.code === "program-missing") return undefined;
  throw error;
}

/** true: git sees changed or new files inside the given paths. */
async function isDirty(
  git: Git,
  paths: readonly string[],
  projectDirectory: string,
): Promise<boolean> {
  if (paths.length === 0) return false;
  const absolute = paths.map((path) => resolve(projectDirectory, path));
  const options = ["--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"];
  const status = await git("--literal-pathspecs", "status", ...options, "--", ...absolute);
  if (status !== undefined) return status !== "";
  throw new UserError(
    `git cannot tell whether the source has uncommitted changes in ${paths.join(", ")}; check \`git status\` in ${projectDirectory}: each path must be inside the repository`,
    "git-failed",
  );
}

async function currentBranch(git: Git): Promise<string | undefined> {
  return (await git("symbolic-ref", "--quiet", "--short", "HEAD"))?.trim();
}

/**
 * By name where a branch is known. A detached commit, as on a tag's run in CI, counts as the default
 * branch's if it is contained in it.
 */
async function isDefault(git: Git, branch: string | undefined, ci: CiFacts): Promise<boolean> {
  const origin = await git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD");
  const name = ci.defaultBranch ?? origin?.trim().replace(/^origin\//, "");
  if (branch !== undefined) return name === undefined ? isMainName(branch, ci) : branch === name;
  for (const candidate of name === undefined ? ["main", "master"] : [name]) {
    const contained = await git("merge-base", "--is-ancestor", "HEAD", `origin/${candidate}`);
    if (contained !== undefined) return true;
  }
  return false;
}

function isMainName(branch: string, { defaultBranch }: CiFacts): boolean {
  return defaultBranch === undefined
    ? ["main", "master"].includes(branch)
    : branch === defaultBranch;
}

/** GitHub checks out a merge of the pull request's head (its second parent): the head is the revision. */
async function mergedHead(git: Git): Promise<string | undefined> {
  // Read raw, because a shallow clone hides the parents from rev-parse.
  const commit = (await git("cat-file", "commit", "HEAD")) ?? "";
  const header = commit.split("\n\n")[0] ?? "";
  const parents = [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, id]) => id);
  return parents.length === 2 ? parents[1] : undefined;
}
