import { UserError } from "../../errors";
import { renderedProject } from "../labels";
import type { HostConnection } from "./connection";

export interface ComposeCall {
  readonly connection: HostConnection;
  readonly project: string;
  /** The rendered file, as text. It goes in by standard input and is never written. */
  readonly file: string;
  /** Values of environment variables that the file's secrets name. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder that relative directory binds count from. */
  readonly projectFolder: string;
  readonly signal: AbortSignal;
  /** Seconds for the call. */
  readonly limitSeconds: number;
}

/**
 * Creates and starts the named rendered services and nothing else. `--no-deps` and `--no-recreate`
 * keep every other container untouched; `--remove-orphans` is never passed: with a file that lacks the
 * old colour it would remove what serves (rule 16).
 * @throws UserError `compose-failed` with the last lines that Compose printed
 */
export async function composeUp(call: ComposeCall, services: readonly string[]): Promise<void> {
  const project = ["--project-name", renderedProject(call.project), "--file", "-"];
  // The file is fully resolved: an `.env` beside it must not change anything.
  const place = ["--project-directory", call.projectFolder, "--env-file", "/dev/null"];
  const flags = ["--detach", "--no-deps", "--no-recreate", "--no-build", "--pull", "never"];
  const result = await call.connection.run(
    "docker",
    ["compose", ...project, ...place, "--progress", "quiet", "up", ...flags, ...services],
    {
      input: call.file,
      env: { ...CLEAN, ...call.environment, DOCKER_HOST: call.connection.dockerHost },
      cwd: call.projectFolder,
      timeoutMs: call.limitSeconds * 1000,
      signal: call.signal,
    },
  );
  if (result.code !== 0) throw composeError(services, result.stderr + result.stdout);
}

/** What a user's shell may hold must not change what is started. */
const CLEAN: Readonly<Record<string, string | undefined>> = {
  COMPOSE_FILE: undefined,
  COMPOSE_PROJECT_NAME: undefined,
  COMPOSE_PROFILES: undefined,
  COMPOSE_ENV_FILES: undefined,
  COMPOSE_REMOVE_ORPHANS: undefined,
  COMPOSE_IGNORE_ORPHANS: "true",
  COMPOSE_MENU: "false",
  DOCKER_CONTEXT: undefined,
  DOCKER_TLS_VERIFY: undefined,
  DOCKER_CERT_PATH: undefined,
};

const LAST_LINES = 20;

function composeError(services: readonly string[], text: string): UserError {
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.includes("level=warning"))
    .slice(-LAST_LINES)
    .map((line) => `  ${line}`);
  return new UserError(
    [`Docker Compose could not start ${services.join(", ")}:`, ...lines].join("\n"),
    "compose-failed",
  );
}
