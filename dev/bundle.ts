import { join } from "node:path";
import { build } from "esbuild";
import { CHECKOUT } from "./paths";

/** One self-contained JavaScript file of a program of this repository and all it imports. */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [join(CHECKOUT, entry)],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "silent",
  });
  return result.outputFiles[0]?.text ?? "";
}
