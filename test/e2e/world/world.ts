import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { createInterface } from "node:readline";
import { join, resolve } from "node:path";
import { devEnvironment } from "../../../dev/environment";
import { CHECKOUT, PULUMI_HOME } from "../../../dev/paths";
import { messageOf } from "../../../lib/errors";
import { run, type RunResult } from "../../../lib/process/run";
import { until } from "../support/cliProcess";
import { installEmulators } from "../../emulators/install";
import { type Ask, controlOf } from "./control";
import { COMPANY_REGISTRY, LATER_HOSTS, PUBLIC_HOSTS } from "./hosts";
import { WORLD_FOLDER } from "./places";
import { startRegistry } from "./registry";

const PROGRAMS = ["unshare", "nsenter", "setpriv", "ip", "openssl", "dockerd"];

/**
 * A machine of its own in which the names of GitHub, Docker Hub, AWS, Google and Azure lead to
 * emulators, by TLS, and whose two Docker engines are real ones with nothing in them. No program in it can
 * reach anything else.
 */
export interface World {
  /** Stands in the command lines and control groups of what belongs to it. */
  readonly name: string;
  /** Runs a program in it, with nothing of this process's environment. */
  readonly run: (
    program: string,
    args: readonly string[],
    options?: WorldRunOptions,
  ) => Promise<RunResult>;
  /** A path of the world as this process reaches it. */
  readonly path: (...parts: readonly string[]) => string;
  /** What the clouds are asked behind the scenes. */
  readonly ask: Ask;
  /** Ends every process in it. Nothing of it is left. */
  readonly close: () => Promise<void>;
}

export interface WorldRunOptions {
  /** Folder below the world's, e.g. `projects/one`. Default: the world's own. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Why there can be no world here; undefined where there can. */
export function whyNoWorld(): string | undefined {
  if (process.platform !== "linux") return "it needs Linux's namespaces";
  if (process.getuid?.() !== 0) return "its own network and mount namespaces need root";
  const folders = (process.env["PATH"] ?? "").split(":");
  const missing = PROGRAMS.filter(
    (name) => !folders.some((folder) => existsSync(join(folder, name))),
  );
  return missing.length === 0 ? undefined : `it needs ${missing.join(", ")} on PATH`;
}

/** Starts a world; the caller closes it. It ends by itself when this process ends. */
export async function startWorld(): Promise<World> {
  const name = `bot-core-world-${process.pid}-${Date.now().toString(36)}`;
  const keeper = spawn(
    "sh",
    [resolve(__dirname, "keeper.sh"), name, resolve(__dirname, "init.sh")],
    {
      stdio: ["pipe", "pipe", "ignore"],
      env: initEnvironment(name),
      detached: true,
      cwd: CHECKOUT,
    },
  );
  const close = closeOf(keeper);
  let world: World | undefined;
  try {
    world = worldOf(name, await firstProcess(keeper), close);
    const { path } = world;
    await until("the world's mounts stand", () => existsSync(path("begun")), 30_000);
    await Promise.all([
      startRegistry(world),
      until("its router answers", () => existsSync(path("control.sock")), 60_000),
      makeHome(world),
    ]);
    return world;
  } catch (error) {
    const told = world === undefined ? "" : logsOf(world);
    await close();
    throw new Error(`the world does not start: ${messageOf(error)}\n${told}`, { cause: error });
  }
}

const LOGS = ["init.log", "router.log", "machine.log", "production.log"];
const LAST_LINES = 8;

function logsOf({ path }: World): string {
  return LOGS.flatMap((name) => {
    const text = existsSync(path(name)) ? readFileSync(path(name), "utf8") : "";
    return [`${name}:`, ...text.trim().split("\n").slice(-LAST_LINES)];
  }).join("\n");
}

function initEnvironment(name: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    WORLD_NAME: name,
    WORLD_HOSTS: PUBLIC_HOSTS.join(" "),
    WORLD_LATER_HOSTS: LATER_HOSTS.join(" "),
    WORLD_COMPANY: COMPANY_REGISTRY,
    WORLD_NODE: process.execPath,
    WORLD_ROUTER: resolve(__dirname, "router/main.ts"),
  };
}

/** The keeper prints the id of `unshare`, whose only child is the world's first process. */
async function firstProcess(keeper: ChildProcess): Promise<number> {
  if (keeper.stdout === null) throw new Error("the keeper has no output");
  for await (const line of createInterface({ input: keeper.stdout })) {
    let child: number | undefined;
    await until("the world begins", () => (child = childOf(Number(line))) !== undefined, 10_000);
    if (child !== undefined) return child;
  }
  throw new Error("the world's keeper ended");
}

function childOf(parent: number): number | undefined {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .find((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function worldOf(name: string, pid: number, close: () => Promise<void>): World {
  const path: World["path"] = (...parts) => join(`/proc/${pid}/root${WORLD_FOLDER}`, ...parts);
  const inside = ["--target", `${pid}`, "--net", "--mount", "--pid"];
  const script = 'cd "$1" && shift && exec "$@"';
  return {
    name,
    path,
    close,
    ask: controlOf(() => path("control.sock")),
    run: (program, args, { folder = ".", env = {}, ...options } = {}) => {
      const cwd = join(WORLD_FOLDER, folder);
      return run("nsenter", [...inside, "sh", "-c", script, "sh", cwd, program, ...args], {
        ...options,
        env: { ...withoutOwn(), ...worldEnvironment(), ...env },
      });
    },
  };
}

/** By the environment and not by arguments: those are seen by every process. */
function withoutOwn(): Record<string, undefined> {
  return Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
}

/** What a user's shell has there, without any login. */
function worldEnvironment(): Record<string, string> {
  const { PATH = "" } = devEnvironment();
  const inWorld = (name: string): string => `${WORLD_FOLDER}/${name}`;
  return {
    PATH,
    HOME: inWorld("home"),
    DOCKER_CONFIG: inWorld("home/.docker"),
    PULUMI_HOME: inWorld("pulumi-home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_EXTRA_CA_CERTS: inWorld("public-ca.pem"),
    SSL_CERT_FILE: inWorld("machine-ca.pem"),
    WORLD_CONTROL: inWorld("control.sock"),
  };
}

/** A PULUMI_HOME of its own with the dev environment's docker plugin and the clouds' emulators. */
async function makeHome({ path }: World): Promise<void> {
  await mkdir(path("home/.docker"), { recursive: true });
  await mkdir(path("pulumi-home/plugins"), { recursive: true });
  const plugins = join(PULUMI_HOME, "plugins");
  for (const name of readdirSync(plugins).filter((entry) => !entry.endsWith(".lastused"))) {
    // The engine takes a folder for a plugin, and no link to one.
    const folder = path("pulumi-home/plugins", name);
    await mkdir(folder);
    for (const file of readdirSync(join(plugins, name))) {
      await symlink(join(plugins, name, file), join(folder, file));
    }
  }
  await installEmulators(path("pulumi-home"));
}

function closeOf(keeper: ChildProcess): () => Promise<void> {
  const ended = new Promise((done) => keeper.once("close", done));
  return async () => {
    keeper.stdin?.end();
    await ended;
  };
}
