import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../lib/errors";
import { run } from "../lib/process/run";
import { daemonVersion } from "./dockerCli";
import { ENGINE_PID, isOwnEngine } from "./dockerEngine";
import { DOCKER, docker } from "./images/makeImage";
import { REGISTRY_SERVER, REGISTRY_VOLUME } from "./localRegistry";
import { CACHE, DEV_LABEL } from "./paths";
import { isPulumiReady } from "./pulumiCli";
import { pulumiCommand, wakeEngine } from "./pulumiCommand";
import { DEV_STACK, hasDevStack } from "./start";
import { step } from "./steps";

/** As in Pulumi.dev.yaml. */
const DEV_PROJECT = "bot-core";
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 200;

/**
 * `npm run reset`: takes the dev stack down and keeps its volumes. With `--all` it also removes
 * everything that the dev environment ever made, and says what that is and what stays.
 */
export async function reset(args: readonly string[]): Promise<number> {
  const [option, ...rest] = args;
  if (rest.length > 0 || (option !== undefined && option !== "--all")) {
    throw new UserError(
      `\`npm run reset\` was given \`${args.join(" ")}\`; allowed is \`-- --all\` or nothing`,
      "unknown-option",
    );
  }
  const code = await takeDown();
  if (code !== 0 || option === undefined) return code;
  await removeEverything();
  return 0;
}

async function takeDown(): Promise<number> {
  if (!isPulumiReady() || !(await hasDevStack())) {
    console.log("  The dev stack does not exist; nothing to take down.");
    return 0;
  }
  await wakeEngine();
  const code = await pulumiCommand(["destroy", "--stack", DEV_STACK, "--yes", "--skip-preview"]);
  if (code === 0) console.log("  The dev stack is down. Its volumes are kept.");
  return code;
}

async function removeEverything(): Promise<void> {
  const removed: string[] = [];
  const ours = isOwnEngine();
  const withStack = isPulumiReady() && (await hasDevStack());
  if (existsSync(DOCKER) && (await daemonVersion(DOCKER)) !== undefined) {
    removed.push(...(await removeDockerObjects(withStack)));
  }
  if (ours) {
    await step("stopping the Docker engine", stopEngine);
    removed.push("the Docker engine's data with all images, containers and volumes in it");
  }
  await step(`removing ${CACHE}`, async () => {
    await makeRemovable();
    rmSync(CACHE, { recursive: true, force: true });
  });
  removed.push(`${CACHE}: the Pulumi CLI, plugins, state of the dev stack, passwords`);
  console.log(["  Removed:", ...removed.map((line) => `    ${line}`)].join("\n"));
  console.log(
    "  Kept: installed Debian packages and their apt source, Go's module and build caches,\n" +
      "    npm's cache, node_modules, and everything in other Docker engines that is not listed.",
  );
}

/**
 * By label and by the dev registry's name, so that nothing of others is touched.
 * @param withStack true: the dev stack was this machine's, so its services' volumes are too
 */
async function removeDockerObjects(withStack: boolean): Promise<string[]> {
  const filter = ["--filter", `label=${DEV_LABEL}`];
  const containers = lines(await docker(["ps", "-a", ...filter, "--format", "{{.Names}}"]));
  if (containers.length > 0) await docker(["rm", "-f", ...containers]);
  const references = ["bot-core-dev/*", `${REGISTRY_SERVER}/*/*`];
  const filters = references.flatMap((reference) => ["--filter", `reference=${reference}`]);
  const format = "{{.Repository}}:{{.Tag}}";
  const images = lines(await docker(["images", ...filters, "--format", format])).filter(
    (image) => !image.endsWith(":<none>"),
  );
  if (images.length > 0) await run(DOCKER, ["rmi", ...images]);
  const project = ["--filter", `label=com.docker.compose.project=${DEV_PROJECT}`];
  const services = withStack ? lines(await docker(["volume", "ls", "-q", ...project])) : [];
  const volumes: string[] = [];
  for (const volume of [REGISTRY_VOLUME, ...services]) {
    if ((await run(DOCKER, ["volume", "rm", volume])).code === 0) volumes.push(volume);
  }
  return [
    ...containers.map((name) => `container ${name}`),
    ...images.map((name) => `image ${name}`),
    ...volumes.map((name) => `volume ${name}`),
  ];
}

async function stopEngine(): Promise<void> {
  const pid = Number(readFileSync(ENGINE_PID, "utf8"));
  if (!isDockerd(pid)) return;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isDockerd(pid) && Date.now() < deadline) await sleep(POLL_MS);
}

/** The id may meanwhile be another program's, or of one that has ended and waits for its parent. */
function isDockerd(pid: number): boolean {
  try {
    return /\(dockerd\) [^ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** A daemon that was killed leaves its mounts behind. */
async function makeRemovable(): Promise<void> {
  const mounts = existsSync("/proc/mounts") ? readFileSync("/proc/mounts", "utf8") : "";
  const inside = mounts
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((target) => target.startsWith(`${CACHE}/`))
    .sort()
    .reverse();
  for (const target of inside) await run("umount", [target]);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
