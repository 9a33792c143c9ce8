import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CHECKOUT } from "../../../dev/paths";
import { configure, copyProgram, NOT_COMMITTED, writeInto } from "../support/project";
import { SWITCH_IMAGE } from "./registry";
import { PLATFORM, tinyProject, waitingProgram } from "./tinyService";
import { PRODUCTION, WORLD_FOLDER } from "./places";
import type { World } from "./world";

/** A checkout of the program in a world, with a stack `test` of its own and one service, `app`. */
export interface WorldProject {
  readonly name: string;
  /** Runs the CLI as a user would and returns what it printed, whatever its exit code. */
  readonly pulumi: (...args: readonly string[]) => Promise<Ran>;
  /** Runs `npx bot-core` there. */
  readonly botCore: (...args: readonly string[]) => Promise<Ran>;
  /** Sets top-level keys of the stack's configuration; the values may be objects. */
  readonly configure: (values: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Sets one value, e.g. `registry.username`, by the CLI. */
  readonly set: (path: string, value: string) => Promise<void>;
  /** Sets one secret value by the CLI. */
  readonly setSecret: (path: string, value: string) => Promise<void>;
  /** Gives the service another source, and commits it. */
  readonly edit: (text: string) => Promise<void>;
  /** The user's environment from now on. */
  readonly setEnvironment: (env: Readonly<Record<string, string>>) => void;
  /** A stack of the same checkout that knows nothing of what there is. */
  readonly forget: () => Promise<void>;
}

export interface Ran {
  readonly code: number;
  readonly output: string;
  readonly stdout: string;
}

const RUN_TIMEOUT_MS = 120_000;

/**
 * @param name of the project on the host
 * @param place of the checkout; one that was there before is removed. In the same place the program
 *   finds the bundle that it was given there before.
 */
export async function createWorldProject(
  world: World,
  name: string,
  place: "first" | "second",
  config: Readonly<Record<string, unknown>>,
): Promise<WorldProject> {
  const folder = `projects/${place}`;
  const directory = world.path(folder);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await copyProgram(directory, []);
  for (const [path, text] of Object.entries(tinyProject(`${name} one`))) {
    await writeInto(directory, path, text);
  }
  await writeFile(join(directory, "app/app"), waitingProgram());
  await chmod(join(directory, "app/app"), 0o755);
  // In there: git asks for the path of its own folder, and ours leads through /proc.
  const git = async (...args: readonly string[]): Promise<void> => {
    const identity = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.invalid"];
    const { code, stderr } = await world.run("git", [...identity, ...args], { folder });
    if (code !== 0) throw new Error(stderr);
  };
  await git("init", "-q", "-b", "main");
  await writeFile(join(directory, ".git", "info", "exclude"), `${NOT_COMMITTED}.state-*\n`);
  await git("add", "-A");
  await git("commit", "-q", "-m", "first");
  await configure(directory, { ...defaultConfig(name), ...config });

  let state = 0;
  let environment: Readonly<Record<string, string>> = {};
  const start = async (program: string, args: readonly string[], input: string): Promise<Ran> => {
    const { code, stdout, stderr } = await world.run(program, args, {
      folder,
      input,
      timeoutMs: RUN_TIMEOUT_MS,
      env: {
        ...environment,
        PULUMI_BACKEND_URL: `file://${WORLD_FOLDER}/${folder}/.state-${state}`,
        PULUMI_CONFIG_PASSPHRASE: "e2e",
      },
    });
    return { code, stdout, output: stdout + stderr };
  };
  const runWith = (input: string, ...args: readonly string[]): Promise<Ran> =>
    start("pulumi", [...args, "--color", "never"], input);
  const pulumi = (...args: readonly string[]): Promise<Ran> => runWith("", ...args);
  const must = async (input: string, ...args: readonly string[]): Promise<void> => {
    const { code, output } = await runWith(input, ...args);
    if (code !== 0) throw new Error(output);
  };
  const init = async (): Promise<void> => {
    await mkdir(join(directory, `.state-${state}`));
    await must("", "stack", "init", "test");
  };
  await init();
  return {
    name,
    pulumi,
    botCore: (...args) => start("node", [join(CHECKOUT, "cli", "bot-core.mjs"), ...args], ""),
    configure: (values) => configure(directory, values),
    set: (path, value) => must("", "config", "set", "--path", `bot-core:${path}`, value),
    setSecret: (path, value) =>
      must(value, "config", "set", "--secret", "--path", `bot-core:${path}`),
    edit: async (text) => {
      await writeInto(directory, "app/text", `${name} ${text}\n`);
      await git("commit", "-q", "-a", "-m", text);
    },
    setEnvironment: (env) => {
      environment = env;
    },
    forget: async () => {
      state += 1;
      await init();
    },
  };
}

/** One platform, production's engine as the host; short waits. */
function defaultConfig(name: string): Record<string, unknown> {
  return {
    version: "v0.1.0",
    platforms: [PLATFORM],
    scan: false,
    sbom: false,
    sign: false,
    verify: false,
    host: { address: PRODUCTION, engine: "compose", project: name },
    switchImage: SWITCH_IMAGE,
    rollout: { drainSeconds: 1, soakSeconds: 1 },
  };
}
