import assert from "node:assert/strict";
import { join } from "node:path";
import { CHECKOUT } from "../../../dev/paths";
import { run } from "../../../lib/process/run";
import { applicationsOf, containersOf } from "../support/hostState";
import { type Project, pulumi } from "../support/project";
import { tagsOf } from "../support/registry";
import { STACK_TRACE } from "../support/steps";
import { KEY_PASSWORD, type Lab, SERVICES } from "./lab";

/** Releases a version, which has to run afterwards. */
export async function deploy({ project }: Lab, version: string): Promise<void> {
  const { code, output } = await up(project, version);
  assert.equal(code, 0, output);
  const running = await applicationsOf(project);
  assert.deepEqual(
    running.map((one) => [one.service, one.version, one.state]),
    SERVICES.map((service) => [service, version, "running"]),
  );
}

/** Releases a version that has to be refused: host and tags stay as they are. */
export async function refuse(
  { project }: Lab,
  version: string,
  says: RegExp,
  from: Project = project,
): Promise<void> {
  const [before, tags] = [await containersOf(project), await allTags(project)];
  const { code, output } = await up(from, version);
  assert.notEqual(code, 0, output);
  assert.match(output, says);
  assert.doesNotMatch(output, STACK_TRACE);
  assert.deepEqual(await containersOf(project), before, "the host has changed");
  const after = await allTags(project);
  for (const [tag, digest] of Object.entries(tags)) assert.equal(after[tag], digest, tag);
  const fresh = Object.keys(after).filter((tag) => tags[tag] === undefined);
  const published = fresh.filter((tag) => /:(v\d|latest|main$)/.test(tag));
  assert.deepEqual(published, [], "a refused release has put tags");
}

/** Runs a day-2 command in the project, as a user would. */
export async function botCore(
  { directory, environment }: Project,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  const program = join(CHECKOUT, "cli", "bot-core.mjs");
  const { code, stdout, stderr } = await run(process.execPath, [program, ...args], {
    cwd: directory,
    env: environment,
  });
  return { code, output: stdout + stderr };
}

async function up(project: Project, version: string): Promise<{ code: number; output: string }> {
  await project.configure({ version });
  const ran = await pulumi(project, "up", "--yes", "--skip-preview");
  assert.ok(!ran.output.includes(KEY_PASSWORD), "the key's password is shown");
  return ran;
}

/** Digest by `SERVICE:TAG`; lists of referrers are left out, which a refused run may add. */
async function allTags({ namespace }: Project): Promise<Readonly<Record<string, string>>> {
  const tables = await Promise.all(
    SERVICES.map(async (service) => {
      const tags = Object.entries(await tagsOf(`${namespace}/${service}`));
      return tags
        .filter(([tag]) => !tag.startsWith("sha256-"))
        .map(([tag, digest]) => [`${service}:${tag}`, digest] as const);
    }),
  );
  return Object.fromEntries(tables.flat());
}
