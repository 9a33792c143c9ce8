import { readFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../errors";

/** What the environment tells of the source. */
export interface CiFacts {
  /** GIT_SHA, else GITHUB_SHA. */
  readonly revision?: string;
  readonly branch?: string;
  readonly pullRequest?: number;
  readonly defaultBranch?: string;
  readonly url?: string;
  /** true: a CI run that is on no branch (a tag), so that git's branch must not be asked. */
  readonly detached: boolean;
}

const Event = z.object({ repository: z.object({ default_branch: z.string() }) });
const COMMIT = /^[0-9a-f]{7,64}$/;

/**
 * Reads GitHub Actions' default variables, and GIT_SHA for builds without git.
 * @throws UserError `git-sha` for a GIT_SHA that is no commit id
 */
export function readCi(env: Readonly<Record<string, string | undefined>>): CiFacts {
  const value = (name: string): string | undefined => {
    const text = env[name]?.trim();
    return text === "" ? undefined : text;
  };
  const ref = value("GITHUB_REF");
  const pull = /^refs\/pull\/(\d+)\//.exec(ref ?? "")?.[1];
  const branch =
    value("GITHUB_HEAD_REF") ??
    (ref === undefined || ref.startsWith("refs/heads/") ? value("GITHUB_REF_NAME") : undefined);
  const repository = value("GITHUB_REPOSITORY");
  const defaultBranch = defaultBranchIn(value("GITHUB_EVENT_PATH"));
  const revision = commitOf(value("GIT_SHA")) ?? value("GITHUB_SHA");
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(branch === undefined ? {} : { branch }),
    ...(pull === undefined ? {} : { pullRequest: Number(pull) }),
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    ...(repository === undefined
      ? {}
      : { url: `${value("GITHUB_SERVER_URL") ?? "https://github.com"}/${repository}` }),
    detached: ref?.startsWith("refs/tags/") ?? false,
  };
}

/** CI checkouts have no `origin/HEAD`; the event that started the run names the default branch. */
function defaultBranchIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return Event.parse(JSON.parse(readFileSync(file, "utf8"))).repository.default_branch;
  } catch {
    // Events of other shapes say nothing; git is asked then.
    return undefined;
  }
}

function commitOf(text: string | undefined): string | undefined {
  if (text === undefined || COMMIT.test(text)) return text;
  throw new UserError(
    `the environment variable GIT_SHA is \`${text.slice(0, 80)}\`, which is no commit id; give 7 to 64 lower-case hex digits, or unset it`,
    "git-sha",
  );
}
