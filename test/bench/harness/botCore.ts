import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "../../../lib/process/run";
import { createProject, type Project } from "../../e2e/support/project";
import type { Bench } from "./bench";
import { up } from "./pulumi";

const CHECKOUT = resolve(__dirname, "../../..");
const COMPOSE_FILE = "docker-compose.prod.yml";

/** A line that changes nothing goes to the end of one source file a service. */
const EDITED: Readonly<Record<string, string>> = {
  "services/rust-core-engine/src/main.rs": "//",
  "services/python-ai-service/app/__main__.py": "#",
  "services/nextjs-ui-dashboard/app/page.tsx": "//",
};

/** bot-core's own services in a project without a host, built and pushed once as v0.1.0. */
export function builtServices(bench: Bench): Promise<Project> {
  return bench.shared("bot-core", async () => {
    const project = await createProject({ files: await sources(), config: { host: false } });
    bench.defer(() => project.dispose());
    bench.say("building the three services once, so that the caches are warm");
    await up(bench, project, "--skip-preview");
    return project;
  });
}

/** Edits each service and takes the next version. */
export async function editServices(project: Project, version: number): Promise<void> {
  for (const [path, comment] of Object.entries(EDITED)) {
    const text = readFileSync(join(CHECKOUT, path), "utf8");
    await project.write(path, `${text}${comment} bench ${version} of ${project.name}\n`);
  }
  await project.commit(`version ${version}`);
  await project.configure({ version: `v0.${version}.0` });
}

/** The services and their Compose file as they are committed; all of them are text. */
async function sources(): Promise<Record<string, string>> {
  const listed = await run("git", ["ls-files", "services", COMPOSE_FILE], { cwd: CHECKOUT });
  const paths = listed.stdout.split("\n").filter((path) => path !== "");
  return Object.fromEntries(
    paths.map((path) => [path, readFileSync(join(CHECKOUT, path), "utf8")] as const),
  );
}
