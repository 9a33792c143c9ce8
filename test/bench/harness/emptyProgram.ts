import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../../../lib/process/run";
import type { Bench } from "./bench";
import type { Place } from "./pulumi";

const CHECKOUT = resolve(__dirname, "../../..");

/** An empty program as `pulumi new typescript` makes it, with the language host's own defaults. */
export function ordinaryProgram(bench: Bench): Promise<Place> {
  return emptyProgram(bench, {});
}

/** An empty program that tsx runs without type-checking, the quickest of the usual ways. */
export function bareProgram(bench: Bench): Promise<Place> {
  return emptyProgram(bench, { typescript: false, nodeargs: "--import tsx" });
}

async function emptyProgram(bench: Bench, options: object): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), "bench-empty-"));
  bench.defer(() => rm(directory, { recursive: true, force: true }));
  const state = join(directory, ".state");
  await mkdir(state);
  await symlink(join(CHECKOUT, "node_modules"), join(directory, "node_modules"));
  await cp(join(CHECKOUT, "tsconfig.json"), join(directory, "tsconfig.json"));
  await writeFile(join(directory, "package.json"), '{ "name": "empty", "main": "index.ts" }');
  await writeFile(join(directory, "index.ts"), 'import "@pulumi/pulumi";\n');
  const runtime = { name: "nodejs", options };
  await writeFile(
    join(directory, "Pulumi.yaml"),
    JSON.stringify({ name: "empty", main: "index.ts", runtime }),
  );
  const environment = { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "bench" };
  const made = await run("pulumi", ["stack", "init", "test", "--non-interactive"], {
    cwd: directory,
    env: environment,
  });
  if (made.code !== 0) throw new Error(made.stderr);
  return { directory, environment };
}
