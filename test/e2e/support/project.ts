import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type ConfigMap, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { devEnvironment } from "../../../dev/environment";
import { REGISTRY_SERVER } from "../../../dev/localRegistry";
import { PULUMI_HOME } from "../../../dev/paths";
import { emptyRepositories } from "./registry";

const execute = promisify(execFile);
const CHECKOUT = resolve(__dirname, "../../..");

/** What a program consists of; the services and the Compose file are the test's own. */
const PROGRAM = [
  "index.ts",
  "config.ts",
  "components",
  "lib",
  "provider",
  "runtime",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "Pulumi.yaml",
  ".gitignore",
];

const PASSPHRASE = "e2e";

export interface ProjectOptions {
  /** Files of the project by path: the Compose file and the services. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files and folders that are copied from this checkout, beside the program. */
  readonly copies?: readonly string[];
  /** Variables for the CLI beside the dev environment's. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Stack configuration beside the defaults of `defaultConfig`; objects are given as JSON paths. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A clone of the program with services of its own, a stack and a place in the dev registry of its own. */
export interface Project {
  readonly directory: string;
  /** Unique; the Compose project's name and the registry namespace are made of it. */
  readonly name: string;
  readonly namespace: string;
  readonly stack: Stack;
  /** Everything that the CLI needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  write(path: string, text: string): Promise<void>;
  commit(message: string): Promise<string>;
  /** The commit that is checked out. */
  head(): Promise<string>;
  /** Sets top-level keys of the stack's configuration; the values may be objects. */
  configure(values: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Another checkout of the same commit under another umask and with other file times, with the same
   * stack or, on a new machine, with an empty one of the same name.
   */
  clone(umask: string, stack: "same" | "empty"): Promise<Project>;
  /** Takes the host down; removes state, folders, volumes and everything in registry and image store. */
  dispose(): Promise<void>;
}

/** Makes a project with one commit and an empty stack `test`. */
export async function createProject(options: ProjectOptions): Promise<Project> {
  const name = `e2e-${randomBytes(4).toString("hex")}`;
  const directory = await mkdtemp(join(tmpdir(), `${name}-`));
  await copyProgram(directory, options.copies ?? []);
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await writeInto(directory, path, text);
  }
  await git(directory, "init", "-q", "-b", "main");
  await writeFile(join(directory, ".git", "info", "exclude"), NOT_COMMITTED);
  await git(directory, "add", "-A");
  await git(directory, "commit", "-q", "-m", "first");
  const state = await mkdtemp(join(tmpdir(), `${name}-state-`));
  const project = await openProject(name, directory, state, options.environment);
  await project.configure({ ...defaultConfig(name), ...options.config });
  return project;
}

/** Neither the tools nor the stack's configuration are part of what is deployed. */
export const NOT_COMMITTED = "node_modules\nPulumi.test.yaml\n";

async function openProject(
  name: string,
  directory: string,
  state: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const environment = {
    ...devEnvironment(),
    ...more,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    COMPOSE_PROJECT_NAME: "",
  };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "test", workDir: directory },
    { envVars: environment, pulumiHome: PULUMI_HOME },
  );
  const folders = [directory, state];
  return {
    directory,
    name,
    namespace: `e2e/${name}`,
    stack,
    environment,
    write: (path, text) => writeInto(directory, path, text),
    commit: async (message) => {
      await git(directory, "add", "-A");
      await git(directory, "commit", "-q", "--allow-empty", "-m", message);
      return git(directory, "rev-parse", "HEAD");
    },
    head: () => git(directory, "rev-parse", "HEAD"),
    configure: (values) => configure(directory, values),
    clone: async (umask, kind) => {
      const folder = await mkdtemp(join(tmpdir(), `${name}-clone-`));
      folders.push(folder);
      const [cloned, emptyState] = [join(folder, "checkout"), join(folder, "state")];
      await mkdir(emptyState);
      const script = `umask ${umask} && git clone -q "$1" "$2"`;
      await execute("sh", ["-c", script, "sh", directory, cloned]);
      await symlink(join(CHECKOUT, "node_modules"), join(cloned, "node_modules"));
      await cp(join(directory, "Pulumi.test.yaml"), join(cloned, "Pulumi.test.yaml"));
      return openProject(name, cloned, kind === "same" ? state : emptyState, more);
    },
    dispose: async () => {
      await stack.cancel().catch(() => undefined);
      await stack.destroy({ color: "never" }).catch(() => undefined);
      await removeTraces(name);
      await emptyRepositories(directory, name);
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A private registry, one platform, the local daemon; short waits. */
function defaultConfig(name: string): Record<string, unknown> {
  return {
    provider: "private",
    registry: { server: REGISTRY_SERVER, namespace: `e2e/${name}`, insecure: true },
    version: "v0.1.0",
    platforms: ["linux/amd64"],
    scan: false,
    sbom: false,
    sign: false,
    verify: false,
    host: { address: "unix:///var/run/docker.sock", engine: "compose", project: name },
    switchImage: `${REGISTRY_SERVER}/mirror/haproxy:3.0`,
    rollout: { drainSeconds: 5, soakSeconds: 1 },
  };
}

/** Runs the CLI as a user would and returns what it printed, whatever its exit code. */
export async function pulumi(
  project: Project,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  try {
    const { stdout, stderr } = await execute("pulumi", [...args, "--color", "never"], {
      cwd: project.directory,
      env: { ...process.env, ...project.environment },
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Copies the program from this checkout, and what else is named. */
export async function copyProgram(directory: string, copies: readonly string[]): Promise<void> {
  for (const path of [...PROGRAM, ...copies]) {
    // With its times: by them the program and the plugin know whether their bundle is fresh.
    const options = { recursive: true, preserveTimestamps: true };
    await cp(join(CHECKOUT, path), join(directory, path), options);
  }
  await symlink(join(CHECKOUT, "node_modules"), join(directory, "node_modules"));
}

/** The stack's configuration is the test's own file; nothing of it is committed. */
export async function configure(
  directory: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const file = join(directory, "Pulumi.test.yaml");
  const text = await readFile(file, "utf8").catch(() => "{}");
  const stack = parse(text) as { config?: ConfigMap } | null;
  const config: Record<string, unknown> = { ...stack?.config };
  for (const [key, value] of Object.entries(values)) config[`bot-core:${key}`] = value;
  await writeFile(file, stringify({ ...stack, config }));
}

export async function writeInto(directory: string, path: string, text: string): Promise<void> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const identity = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.invalid"];
  const { stdout } = await execute("git", ["-C", directory, ...identity, ...args]);
  return stdout.trim();
}

/** What no command of the program removes: volumes, images, the network, tags. */
async function removeTraces(name: string): Promise<void> {
  const volumes = await listed("volume", "ls", "-q", "--filter", `name=^${name}_`);
  if (volumes.length > 0) await execute("docker", ["volume", "rm", ...volumes]);
  // By name, never by id: another project with the same bytes has the same image.
  const format = "{{.Repository}}:{{.Tag}}@{{.Digest}}";
  const patterns = [`${REGISTRY_SERVER}/e2e/${name}/*`, `bot-core-keep/${name}-*`];
  for (const pattern of patterns) {
    const lines = await listed("image", "ls", "--digests", "--format", format, pattern);
    const names = [...new Set(lines.flatMap(namesOf))];
    // With a repository's last tag Docker drops its digests by itself.
    if (names.length > 0) {
      await execute("docker", ["image", "rm", ...names]).catch(() => undefined);
    }
  }
}

/** `server/path:tag@sha256:…` -> both names of it that Docker knows. */
function namesOf(line: string): string[] {
  const [, repository = "", tag = "", digest = ""] = /^(.*):([^:@]+)@(.*)$/.exec(line) ?? [];
  return [
    ...(tag === "<none>" ? [] : [`${repository}:${tag}`]),
    ...(digest === "<none>" ? [] : [`${repository}@${digest}`]),
  ];
}

async function listed(...args: readonly string[]): Promise<string[]> {
  const { stdout } = await execute("docker", args);
  return stdout.split("\n").filter((line) => line !== "");
}
