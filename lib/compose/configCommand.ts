import { existsSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { UserError } from "../errors";
import type { Run, RunResult } from "../process/run";
import { objectOf, textOf } from "./json";
import type { Json, JsonObject } from "./model";

/** How Compose is to see the project. */
export interface ConfigOptions {
  /** Absolute. Paths in the files count from it. */
  readonly projectDirectory: string;
  /** Pins the names of networks and volumes. Absent: Compose's rule (`name:`, else the folder). */
  readonly project?: string;
  /** Absolute, beside `.env` of the project folder. */
  readonly envFiles: readonly string[];
  /** Win over the shell's, which win over the env files'. */
  readonly variables: Readonly<Record<string, string>>;
  readonly run: Run;
}

const TIMEOUT_MS = 60_000;

/**
 * Runs `docker compose config` on files: merged, interpolated and normalised, without checking that
 * names exist (we report all those at once) and with paths as they count from the project folder.
 * YAML, because its JSON leaves out a service's `x-` keys (compose 2.26). No daemon is needed.
 */
export function composeConfig(
  options: ConfigOptions,
  files: readonly string[],
): Promise<RunResult> {
  const args = [...files.flatMap((file) => ["-f", file]), "config"];
  return compose(options, [...args, "--no-path-resolution", "--no-consistency"]);
}

/** The project in what `composeConfig` printed, every `$$` undone (it escapes all its output). */
export function parseProject(stdout: string): JsonObject {
  return objectOf(parse(stdout.replaceAll("$$", "$")) as Json);
}

/** Values of variables by Compose's own rules (variables, shell, env files); unset ones are absent. */
export async function resolveVariables(
  options: ConfigOptions,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (names.length === 0) return {};
  const probe = { services: { probe: { image: "probe", environment: [...new Set(names)] } } };
  const result = await compose(options, ["-f", "-", "config"], JSON.stringify(probe));
  if (result.code !== 0) return {};
  const services = objectOf(parseProject(result.stdout).services);
  const entries = Object.entries(objectOf(objectOf(services.probe).environment));
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const text = textOf(value);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

async function compose(
  options: ConfigOptions,
  args: readonly string[],
  input?: string,
): Promise<RunResult> {
  const { projectDirectory, project } = options;
  const dotenv = path.join(projectDirectory, ".env");
  const envFiles = [...(existsSync(dotenv) ? [dotenv] : []), ...options.envFiles];
  const global = [
    "compose",
    ...["--project-directory", projectDirectory],
    ...(project === undefined ? [] : ["--project-name", project]),
    ...envFiles.flatMap((file) => ["--env-file", file]),
  ];
  const result = await options.run("docker", [...global, ...args], {
    cwd: projectDirectory,
    timeoutMs: TIMEOUT_MS,
    // The user's shell must not name other files than the configuration does.
    env: { ...options.variables, COMPOSE_FILE: undefined, COMPOSE_ENV_FILES: undefined },
    ...(input === undefined ? {} : { input }),
  });
  if (
    result.code !== 0 &&
    /is not a docker command|unknown (?:shorthand )?flag/.test(result.stderr)
  ) {
    throw new UserError(
      "`docker compose` is missing or older than 2.26; install the docker-compose plugin (2.26 or newer) and run again",
      "compose-missing",
    );
  }
  return result;
}
