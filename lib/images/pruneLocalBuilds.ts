import { messageOf } from "../errors";
import { type Run, run as runProgram } from "../process/run";

export interface PruneResult {
  /** Tags that were removed, sorted. */
  readonly removed: readonly string[];
  /** What could not be done, one line each; never a reason to fail. */
  readonly failures: readonly string[];
}

export interface PruneOptions {
  /** Added to the environment of docker, e.g. DOCKER_HOST of the builder. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the real one. */
  readonly run?: Run;
}

const BUILD_TAG = /^pb-[0-9a-f]{12}-[a-z0-9-]+$/;
const TIMEOUT_MS = 60_000;

/**
 * Removes local images that docker.Image left behind: it never removes any (pulumi-docker, Delete is
 * empty). Only `pb-` tags of this repository that are not kept go; what a container uses stays, because
 * docker refuses to remove it without force.
 * @param repository `server/path` without tag
 */
export async function pruneLocalBuilds(
  repository: string,
  keepTags: readonly string[],
  { env = {}, run = runProgram }: PruneOptions = {},
): Promise<PruneResult> {
  const docker = async (...args: string[]): Promise<string> => {
    const result = await run("docker", args, { env, timeoutMs: TIMEOUT_MS });
    if (result.code === 0) return result.stdout;
    throw new Error(result.stderr.trim() || `docker ended with ${result.code}`);
  };
  const removed: string[] = [];
  const failures: string[] = [];
  try {
    const format = ["--format", "{{.Repository}} {{.Tag}}"];
    const listed = await docker("image", "ls", "--filter", `reference=${repository}`, ...format);
    for (const tag of tagsToRemove(listed, repository, keepTags)) {
      try {
        await docker("image", "rm", `${repository}:${tag}`);
        removed.push(tag);
      } catch (error) {
        failures.push(`${repository}:${tag} stays: ${messageOf(error)}`);
      }
    }
  } catch (error) {
    failures.push(`local images of ${repository} stay: ${messageOf(error)}`);
  }
  return { removed, failures };
}

function tagsToRemove(listed: string, repository: string, keepTags: readonly string[]): string[] {
  const tags = listed
    .split("\n")
    .map((line) => line.trim().split(" "))
    .filter(([name, tag]) => name === repository && BUILD_TAG.test(tag ?? ""))
    .map(([, tag]) => tag ?? "");
  return [...new Set(tags)].filter((tag) => !keepTags.includes(tag)).sort();
}
