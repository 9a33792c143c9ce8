import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "../../../lib/process/run";
import { publishIndex } from "../../unit/lib/images/publish";
import { pushTinyImage } from "../../unit/lib/images/tinyImage";
import { startPulumi, until } from "./cliProcess";
import { createProject, type Project, pulumi } from "./project";
import { registry, tagsOf } from "./registry";
import { STACK_TRACE } from "./steps";

/** An input that the program has to refuse, as a change of a project that is right. */
export interface Refusal {
  readonly name: string;
  /** Top-level keys of the stack's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Merged into the configuration's object `registry`. */
  readonly registry?: Readonly<Record<string, unknown>>;
  /** Files of the project; undefined removes one. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** `up` runs without a preview, for what only the work itself finds. Default: preview. */
  readonly command?: "preview" | "up";
  /** What others do before it. */
  readonly before?: (project: Project) => Promise<void>;
  /** What others do as soon as the CLI has printed this. */
  readonly meanwhile?: readonly [printed: RegExp, work: (project: Project) => Promise<void>];
  /** What decides the message; all of it. */
  readonly says: readonly (RegExp | string)[];
  /** What the message must not show. */
  readonly hides?: readonly string[];
}

export const COMPOSE_FILE = "docker-compose.prod.yml";
const STACK_FILE = "Pulumi.test.yaml";
const SERVICES = ["app", "web"] as const;

/** Two services as small as an image can be. */
const FILES: Readonly<Record<string, string>> = {
  [COMPOSE_FILE]: composeFile(),
  "app/Dockerfile": "FROM scratch\nCOPY text /text\n",
  "app/text": "app\n",
  "web/Dockerfile": "FROM scratch\nCOPY text /text\n",
  "web/text": "web\n",
};

/** The Compose file with more lines for service `app`, and more at its end. */
export function composeFile(app = "", end = ""): string {
  return `services:
  web:
    build: web
    image: "\${DOCKER_REGISTRY}/web:\${VERSION}"
    expose: ["80"]
  app:
    build: app
    image: "\${DOCKER_REGISTRY}/app:\${VERSION}"
${app}${end}`;
}

/** One project for all refusals, put right again before each. */
export class RefusalProject {
  private constructor(
    private readonly project: Project,
    private readonly stackFile: string,
  ) {}

  public static async create(): Promise<RefusalProject> {
    const project = await createProject({ files: FILES });
    return new RefusalProject(project, await readFile(join(project.directory, STACK_FILE), "utf8"));
  }

  /** Runs the CLI and returns what it printed. */
  public async assertRefused(refusal: Refusal): Promise<string> {
    await this.arrange(refusal);
    const tags = await this.tags();
    const { code, output } = await this.run(refusal);
    assert.notEqual(code, 0, `was not refused:\n${output}`);
    for (const decisive of refusal.says) {
      if (typeof decisive === "string") assert.ok(output.includes(decisive), output);
      else assert.match(output, decisive);
    }
    assert.doesNotMatch(output, STACK_TRACE);
    for (const hidden of refusal.hides ?? []) assert.ok(!output.includes(hidden), "it is shown");
    if (refusal.meanwhile === undefined) assert.deepEqual(await this.tags(), tags);
    return output;
  }

  /** Nothing of the project stands on the host. */
  public async assertNothingDone(): Promise<void> {
    const { name } = this.project;
    const lists: readonly (readonly string[])[] = [
      ["ps", "-aq", "--filter", `label=bot-core.project=${name}`],
      ["ps", "-aq", "--filter", `name=${name}`],
      ["volume", "ls", "-q", "--filter", `name=${name}`],
      ["network", "ls", "-q", "--filter", `name=${name}`],
    ];
    for (const args of lists) {
      const { code, stdout } = await run("docker", args);
      assert.deepEqual([code, stdout], [0, ""], args.join(" "));
    }
  }

  /** Digest by tag of both repositories. */
  public async tags(): Promise<Readonly<Record<string, string>>> {
    const tables = SERVICES.map(async (service) =>
      Object.entries(await tagsOf(`${this.project.namespace}/${service}`)).map(
        ([tag, digest]) => [`${service}:${tag}`, digest] as const,
      ),
    );
    return Object.fromEntries((await Promise.all(tables)).flat());
  }

  public async dispose(): Promise<void> {
    await this.restore();
    await this.project.dispose();
  }

  private async restore(): Promise<void> {
    for (const [path, text] of Object.entries(FILES)) await this.project.write(path, text);
    await writeFile(join(this.project.directory, STACK_FILE), this.stackFile);
  }

  private async arrange({ config, registry: changes, files, before }: Refusal): Promise<void> {
    await this.restore();
    for (const [path, text] of Object.entries(files ?? {})) {
      if (text === undefined) await rm(join(this.project.directory, path), { recursive: true });
      else await this.project.write(path, text);
    }
    if (changes !== undefined) {
      // The harness wrote this object.
      const stack = parse(this.stackFile) as { config: Record<string, object> };
      const place = { ...stack.config["bot-core:registry"], ...changes };
      await this.project.configure({ registry: place });
    }
    await this.project.configure(config ?? {});
    await before?.(this.project);
  }

  private async run({
    command = "preview",
    environment,
    meanwhile,
  }: Refusal): Promise<{ readonly code: number | NodeJS.Signals; readonly output: string }> {
    const changed = { ...this.project.environment, VERSION: "", ...environment };
    const project = { ...this.project, environment: changed };
    const flags = command === "up" ? ["--yes", "--skip-preview"] : [];
    const args = [command, ...flags, "--non-interactive"];
    if (meanwhile === undefined) return pulumi(project, ...args);
    const [printed, work] = meanwhile;
    const cli = startPulumi(project, ...args);
    // Whatever it prints, it ends.
    const printedIt = until(`${printed.source} is printed`, () => printed.test(cli.output()));
    await Promise.race([printedIt, cli.ended]);
    await work(project);
    return { code: await cli.ended, output: cli.output() };
  }
}

/** Somebody publishes another image of service `app` under a version. */
export async function publishOther(project: Project, version: string): Promise<void> {
  const repository = `${project.namespace}/app`;
  const digest = await pushTinyImage(registry(), repository, "linux/amd64", "another");
  await publishIndex(registry(), {
    registry: {
      endpoint: { server: registry().server, insecure: true },
      push: { kind: "docker" },
      pull: { kind: "docker" },
    },
    repository,
    service: "app",
    version,
    images: [{ platform: "linux/amd64", digest }],
    inputsDigest: "f".repeat(64),
    source: { revision: OTHER_REVISION, isDefaultBranch: false, dirty: false },
  });
}

export const OTHER_REVISION = "0123456789abcdef0123456789abcdef01234567";
