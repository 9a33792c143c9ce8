import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/process/run";
import { bundle } from "./bundle";
import { fingerprint, isStamped, putStamp } from "./cache";
import { installStandIn, pluginFolder } from "./dockerPlugin/install";
import { STAND_IN_VERSION } from "./dockerPlugin/version";
import { CACHE_BIN, PULUMI_HOME } from "./paths";
import { step } from "./steps";

const STAMP = "docker-plugin";
const OFFICIAL = `official ${STAND_IN_VERSION}`;
const DOWNLOAD_TIMEOUT_MS = 180_000;

/** Which docker plugin the engine will find, for one line on screen. */
export async function ensureDockerPlugin(): Promise<string> {
  const executable = join(pluginFolder(PULUMI_HOME), "pulumi-resource-docker");
  if (isStamped(STAMP, OFFICIAL) && existsSync(executable)) return official();
  const standIn = fingerprint(await bundle("dev/dockerPlugin/main.ts"));
  if (isStamped(STAMP, standIn) && existsSync(executable)) return substitute();
  // Once the stand-in had to be taken, only `reset --all` asks for the official plugin again.
  if (!existsSync(executable) && (await download())) {
    putStamp(STAMP, OFFICIAL);
    return official();
  }
  await step("building the stand-in for the docker plugin", () => installStandIn(PULUMI_HOME));
  putStamp(STAMP, standIn);
  return substitute();
}

/** A failed download may leave a folder behind, which the engine would take for the plugin. */
async function download(): Promise<boolean> {
  const args = ["plugin", "install", "resource", "docker", STAND_IN_VERSION];
  const done = await step(`downloading the docker plugin ${STAND_IN_VERSION}`, () =>
    run(join(CACHE_BIN, "pulumi"), args, {
      env: { PULUMI_HOME, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
    }).catch(() => undefined),
  );
  if (done?.code === 0) return true;
  rmSync(pluginFolder(PULUMI_HOME), { recursive: true, force: true });
  return false;
}

function official(): string {
  return `v${STAND_IN_VERSION}, the official plugin`;
}

function substitute(): string {
  return `v${STAND_IN_VERSION}, a stand-in (the official plugin is out of reach)`;
}
