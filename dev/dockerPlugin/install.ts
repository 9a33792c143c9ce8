import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { STAND_IN_VERSION } from "./version";

const EXECUTABLE = "pulumi-resource-docker";
/** A file of this name tells the stand-in's folder from the official plugin's. */
const MARK = "STAND-IN";

/** The folder in which the engine looks for the docker plugin. */
export function pluginFolder(pulumiHome: string): string {
  return join(pulumiHome, "plugins", `resource-docker-v${STAND_IN_VERSION}`);
}

/**
 * Puts the stand-in for the docker plugin into a PULUMI_HOME, in place of one that is there. It is
 * one file with all it needs in it, so that it outlives this checkout and serves others too.
 */
export async function installStandIn(pulumiHome: string): Promise<void> {
  const folder = pluginFolder(pulumiHome);
  const made = `${folder}.${process.pid}.new`;
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  await build({
    entryPoints: [resolve(__dirname, "main.ts")],
    outfile: join(made, EXECUTABLE),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "error",
  });
  await chmod(join(made, EXECUTABLE), 0o755);
  // Without it node would take the module type from any package.json further up.
  await writeFile(join(made, "package.json"), '{ "type": "commonjs" }\n');
  await writeFile(join(made, MARK), "stands in for the official docker plugin\n");
  // The engine never sees a folder that is half written.
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
}
