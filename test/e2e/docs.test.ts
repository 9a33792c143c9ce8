import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { devEnvironment } from "../../dev/environment";
import { CACHE, CACHE_BIN } from "../../dev/paths";
import { fencesOf, readPage, sectionOf } from "../unit/docs/markdown";
import { freePorts } from "./support/ports";
import { createShop, type ShopProject } from "./support/shopProject";

/** For a command that builds and deploys on a machine that does other things as well. */
const COMMAND_LIMIT_MS = 300_000;
const CHECKOUT = resolve(__dirname, "../..");

/** Commands that continuous integration runs itself, or that would remove what other tests use. */
const ELSEWHERE = ["npm run check", "npm run bench", "npm run reset -- --all"];

/** The README's daily commands as it writes them, one line each. */
const COMMANDS = fencesOf(sectionOf(readPage("README.md"), "Daily commands"))
  .filter(({ language }) => language === "sh")
  .flatMap(({ lines }) => lines)
  .map((line) => line.replace(/\s+#.*$/, ""))
  .filter((line) => !ELSEWHERE.includes(line));

describe("README.md", function () {
  this.timeout(COMMAND_LIMIT_MS);

  let project: ShopProject;
  let cache: string;
  let environment: NodeJS.ProcessEnv;
  let devPort: number;

  before(async () => {
    project = await createShop({ services: ["engine"] });
    for (const path of ["dev", "cli", "package-lock.json"]) {
      await cp(join(CHECKOUT, path), join(project.directory, path), { recursive: true });
    }
    cache = await mkdtemp(join(tmpdir(), `${project.name}-cache-`));
    environment = await ownEnvironment(cache);
    devPort = await writeStacks(project);
    for (const stack of ["dev", "prod"]) {
      const made = await shell(`npm run -s pulumi -- stack init ${stack} --no-select`);
      assert.equal(made.code, 0, made.output);
    }
  });

  after(async () => {
    for (const stack of ["dev", "prod"]) {
      await shell(`npm run -s pulumi -- destroy --stack ${stack} --yes --skip-preview`);
    }
    await project.dispose();
    await rm(cache, { recursive: true, force: true });
  });

  it("has commands of each kind", () => {
    assert.ok(COMMANDS.length >= 13, COMMANDS.join("\n"));
  });

  for (const [position, command] of COMMANDS.entries()) {
    it(`${position + 1}. ${command}`, async () => {
      // "Deploy a new version: commit the change"
      if (command.includes("config set version v0.2.0")) {
        await project.edit("engine", "v0.2.0");
        await project.commit("second");
      }
      const { code, output } = await shell(answered(command));
      assert.equal(code, 0, output);
      const version = EXPECTED[command]?.[versionsSet(position)];
      if (version !== undefined) assert.equal(await versionAt(devPort), version);
    });
  }

  /** A `pulumi up` without `--yes` asks, and here nobody answers. */
  function answered(command: string): string {
    return command.replace(/pulumi up --stack prod$/, "$& --yes");
  }

  function shell(command: string): Promise<{ code: number; output: string }> {
    return new Promise((done) => {
      const options = { cwd: project.directory, env: environment, maxBuffer: MAX_OUTPUT_BYTES };
      execFile("sh", ["-c", command], options, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : 1, output: `${command}\n${stdout}${stderr}` });
      });
    });
  }
});

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** What answers after a command, by how often a version was set before it. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  "npm run -s pulumi -- up --stack dev --yes": ["v0.1.0", "v0.2.0", "v0.1.0"],
};

function versionsSet(position: number): number {
  return COMMANDS.slice(0, position).filter((command) => command.includes("config set version"))
    .length;
}

/**
 * A dev environment with all that is set up already and with a state of its own, so that `dev` here
 * is not the machine's dev stack.
 */
async function ownEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  const own = join(folder, "bot-core");
  await mkdir(join(own, "state"), { recursive: true });
  for (const name of await readdir(CACHE)) {
    if (OWN.has(name)) continue;
    await symlink(join(CACHE, name), join(own, name));
  }
  const dev = devEnvironment();
  return {
    ...process.env,
    ...dev,
    XDG_CACHE_HOME: folder,
    PULUMI_BACKEND_URL: `file://${join(own, "state")}`,
    PATH: [CACHE_BIN, process.env["PATH"] ?? ""].join(delimiter),
  };
}

/** State is this test's; the engine is the machine's, whoever started it. */
const OWN: ReadonlySet<string> = new Set(["state", "engine", "tmp", "locks"]);

/**
 * Two stacks on one host: each with a project name and a port of its own.
 * @returns the port of `dev`
 */
async function writeStacks({ directory, name }: ShopProject): Promise<number> {
  const [devPort = 0, prodPort = 0] = await freePorts(2);
  const file = join(directory, "docker-compose.prod.yml");
  const compose = await readFile(file, "utf8");
  await writeFile(file, compose.replace(/127\.0\.0\.1:\d+:/, "127.0.0.1:${SHOP_PORT}:"));
  // The harness writes this file.
  const { config } = parse(await readFile(join(directory, "Pulumi.test.yaml"), "utf8")) as {
    readonly config: Readonly<Record<string, unknown>>;
  };
  const stacks = { dev: [name, devPort], prod: [`${name}-prod`, prodPort] } as const;
  for (const [stack, [project, port]] of Object.entries(stacks)) {
    const own = {
      ...config,
      "bot-core:environment": { SHOP_PORT: String(port) },
      "bot-core:host": { address: "unix:///var/run/docker.sock", project },
    };
    await writeFile(join(directory, `Pulumi.${stack}.yaml`), stringify({ config: own }));
  }
  return devPort;
}

async function versionAt(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: "close" } });
  // The test application answers in this shape.
  return ((await response.json()) as { version: string }).version;
}
