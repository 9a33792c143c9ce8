import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { applicationsOf, docker } from "./hostState";
import type { Project } from "./project";

const PROGRAM = readFileSync(resolve(__dirname, "callerProgram.cjs"), "utf8");

/** What a caller inside the project's network saw. */
export interface Calls {
  readonly requests: number;
  readonly failures: readonly string[];
  /** Ids of all requests that were answered well. */
  readonly ids: readonly string[];
  /** How often each version answered. */
  readonly versions: Readonly<Record<string, number>>;
}

export interface Caller {
  /** Ends the calls after those in flight, removes the container and tells what happened. */
  readonly stop: () => Promise<Calls>;
}

/**
 * Starts a container in the project's network that calls services by name.
 * @param urls e.g. `http://engine:8080/`, each called by turns
 */
export async function startCaller(
  project: Project,
  urls: readonly string[],
  connections: number,
): Promise<Caller> {
  const [first] = await applicationsOf(project);
  if (first === undefined) throw new Error("nothing runs that could be called");
  const id = await docker(
    ...["run", "--detach", "--name", `${project.name}-caller`, "--memory", "256m"],
    ...["--network", `${project.name}_default`],
    ...["--env", `CALL=${urls.join(" ")}`, "--env", `CONNECTIONS=${connections}`],
    // Any image with Node; this one is on the host.
    ...["--entrypoint", "node", first.image, "-e", PROGRAM],
  );
  return {
    stop: async () => {
      await docker("stop", "--time", "60", id);
      const printed = await docker("logs", id);
      await docker("rm", "--force", id);
      // The program's last line.
      return JSON.parse(printed.split("\n").at(-1) ?? "") as Calls;
    },
  };
}
