import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../../../lib/process/run";
import type { RunResult } from "../../../lib/process/run";

const REPOSITORY = resolve(__dirname, "../../..");
const CLI_TIMEOUT_MS = 120_000;

/** A throw-away Pulumi project with its own file backend. */
export interface Project {
  readonly folder: string;
  /** Writes the program, the body of a CommonJS module. */
  program(text: string): Promise<void>;
  /** Runs the real CLI; both streams together, as the user sees them. */
  pulumi(...args: readonly string[]): Promise<RunResult & { readonly shown: string }>;
  /** Starts the real CLI and returns at once. */
  start(...args: readonly string[]): ChildProcess;
  remove(): Promise<void>;
}

/** Is the Pulumi CLI on PATH? Says so where it is not, so that a skipped test has its reason. */
export async function hasPulumi(): Promise<boolean> {
  try {
    return (await run("pulumi", ["version"])).code === 0;
  } catch {
    process.stderr.write("    skipped: no Pulumi CLI on PATH (`npm test` sets one up)\n");
    return false;
  }
}

/**
 * Makes a project with one stack, `test`.
 * @param plugins lines for `plugins.providers` in Pulumi.yaml: name to folder
 * @param env added to the CLI's environment
 */
export async function makeProject(
  plugins: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "plugin-test-"));
  const state = join(folder, ".state");
  await mkdir(state);
  await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{ "name": "plugin-test", "main": "index.js" }');
  const providers = Object.entries(plugins).map(([name, path]) => ({ name, path }));
  await writeFile(
    join(folder, "Pulumi.yaml"),
    // JSON is YAML.
    JSON.stringify({
      name: "plugin-test",
      runtime: { name: "nodejs", options: { typescript: false } },
      ...(providers.length > 0 ? { plugins: { providers } } : {}),
    }),
  );
  const settings = {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "plugin-test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NO_COLOR: "1",
    ...env,
  };
  const project: Project = {
    folder,
    program: (text) => writeFile(join(folder, "index.js"), text),
    pulumi: async (...args) => {
      const lines: string[] = [];
      const result = await run("pulumi", [...args, "--non-interactive"], {
        cwd: folder,
        env: settings,
        timeoutMs: CLI_TIMEOUT_MS,
        onLine: (line) => lines.push(line),
      });
      return { ...result, shown: lines.join("\n") };
    },
    start: (...args) =>
      spawn("pulumi", [...args, "--non-interactive"], {
        cwd: folder,
        env: { ...process.env, ...settings },
        stdio: "ignore",
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  await project.program("");
  const made = await project.pulumi("stack", "init", "test");
  if (made.code !== 0) throw new Error(made.shown);
  return project;
}
