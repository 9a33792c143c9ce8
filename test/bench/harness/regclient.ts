import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGoTool, type GoTool } from "../../../dev/goTool";
import { cached } from "../../../dev/paths";
import { run } from "../../../lib/process/run";
import type { Bench } from "./bench";

const VERSION = "v0.11.7";
const FOLDER = cached("tools", `regclient-${VERSION}`);
const LIMIT_MS = 300_000;

function toolOf(name: "regctl" | "regbot"): GoTool {
  return {
    name,
    module: "regclient",
    importPath: `github.com/regclient/regclient/cmd/${name}`,
    ldflags: "-s -w",
    program: join(FOLDER, name),
  };
}

/** The registry tools that we are held against, built from their Go module where they are missing. */
export interface Regclient {
  /** Lists every tag of the repositories and gets its manifest, in one process. */
  readonly listAll: (server: string, repositories: readonly string[]) => Promise<void>;
  /** The same of one repository by the command line, a process a tag, eight at a time. */
  readonly listEach: (server: string, repository: string) => Promise<void>;
}

export async function openRegclient(bench: Bench): Promise<Regclient> {
  const [regctl, regbot] = [toolOf("regctl"), toolOf("regbot")];
  for (const tool of [regctl, regbot]) {
    bench.say(`building ${tool.name} ${VERSION} where it is missing`);
    await buildGoTool(tool, () => undefined);
  }
  const folder = await mkdtemp(join(tmpdir(), "bench-regclient-"));
  bench.defer(() => rm(folder, { recursive: true, force: true }));
  const call = async (program: string, args: readonly string[]): Promise<string> => {
    const env = { HOME: folder, DOCKER_CONFIG: folder, REGCTL_CONFIG: join(folder, "regctl.json") };
    const options = { env, timeoutMs: LIMIT_MS, signal: bench.signal };
    const { code, stdout, stderr } = await run(program, args, options);
    if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr.slice(-500)}`);
    return stdout;
  };
  return {
    listAll: async (server, repositories) => {
      const file = join(folder, "regbot.json");
      // JSON is YAML.
      await writeFile(file, JSON.stringify(regbotFile(server, repositories)));
      await call(regbot.program, ["once", "--config", file, "--verbosity", "error"]);
    },
    listEach: async (server, repository) => {
      const host = ["--host", `reg=${server},tls=disabled`];
      const name = `${server}/${repository}`;
      const tags = (await call(regctl.program, ["tag", "ls", name, ...host])).trim().split("\n");
      await each(tags, AT_A_TIME, (tag) =>
        call(regctl.program, [
          "manifest",
          "get",
          `${name}:${tag}`,
          "--format",
          "raw-body",
          ...host,
        ]),
      );
    },
  };
}

const AT_A_TIME = 8;

/** A script a repository, so that as many run at a time as we have requests under way. */
function regbotFile(server: string, repositories: readonly string[]): object {
  return {
    version: 1,
    creds: [{ registry: server, tls: "disabled", reqConcurrent: 2 * AT_A_TIME }],
    defaults: { parallel: 2 * AT_A_TIME, timeout: "300s" },
    scripts: repositories.map((repository) => ({
      name: repository,
      script: [
        `local name = "${server}/${repository}"`,
        "for _, t in ipairs(tag.ls(name)) do",
        '  manifest.getList(name .. ":" .. t)',
        "end",
      ].join("\n"),
    })),
  };
}

async function each<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
}
