import { readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bundle } from "../../dev/bundle";
import type { EmulatorSettings } from "./main";

/** The clouds whose plugins are emulated, by their npm packages' names. */
export const CLOUDS = ["aws", "gcp", "azure-native", "github"] as const;

/** Puts an emulator for each cloud into a PULUMI_HOME, of the version that its npm package asks for. */
export async function installEmulators(pulumiHome: string): Promise<void> {
  const program = `#!/usr/bin/env node\n${await bundle("test/emulators/main.ts")}`;
  for (const cloud of CLOUDS) {
    const manifest = require.resolve(`@pulumi/${cloud}/package.json`);
    // npm's own file.
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    const folder = join(pulumiHome, "plugins", `resource-${cloud}-v${version}`);
    const executable = join(folder, `pulumi-resource-${cloud}`);
    const settings: EmulatorSettings = { folder: dirname(manifest), version };
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "emulator.json"), JSON.stringify(settings));
    await writeFile(join(folder, "package.json"), '{ "type": "commonjs" }\n');
    await writeFile(executable, program);
    await chmod(executable, 0o755);
  }
}
