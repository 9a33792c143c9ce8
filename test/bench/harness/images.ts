import { resolve } from "node:path";
import type { Bench } from "./bench";
import { baseImage, docker, PREFIX } from "./docker";

const APPLICATION = resolve(__dirname, "../../fixtures/app");

/** The test application in two versions, on the host, in no registry. */
export async function applicationImages(bench: Bench): Promise<readonly [string, string]> {
  return bench.shared("application images", async () => {
    const base = await baseImage("node");
    const build = async (version: string): Promise<string> => {
      const tag = `${PREFIX}/app:${version}`;
      const args = ["--build-arg", `BASE=${base}`, "--build-arg", `APP_VERSION=${version}`];
      await docker(["build", "-q", "--provenance=false", "-t", tag, ...args, APPLICATION]);
      return tag;
    };
    return [await build("v1"), await build("v2")] as const;
  });
}
