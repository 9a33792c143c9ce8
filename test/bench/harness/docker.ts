import { run, type RunOptions } from "../../../lib/process/run";

/** Everything that a benchmark makes carries this in its name. */
export const PREFIX = "bot-core-bench";

const LIMIT_MS = 300_000;

/** @throws Error with what docker said */
export async function docker(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run("docker", args, { timeoutMs: LIMIT_MS, ...options });
  if (result.code !== 0) throw new Error(`docker ${args.join(" ")}: ${result.stderr.trim()}`);
  return result.stdout.trim();
}

async function list(...args: readonly string[]): Promise<string[]> {
  return (await docker(args)).split("\n").filter((line) => line !== "");
}

/** Removes all that this or an earlier, killed run has left on the daemon. */
export async function sweep(): Promise<void> {
  const named = ["--filter", `name=${PREFIX}`];
  const containers = await list("ps", "-aq", ...named);
  if (containers.length > 0) await docker(["rm", "-f", "-v", ...containers]);
  const networks = await list("network", "ls", "-q", ...named);
  if (networks.length > 0) await docker(["network", "rm", ...networks]);
  const volumes = await list("volume", "ls", "-q", ...named);
  if (volumes.length > 0) await docker(["volume", "rm", ...volumes]);
  const images = await list("image", "ls", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}");
  const ours = images.filter((image) => image.includes(PREFIX));
  // Those without a tag are named by their id; nothing else may lose a tag.
  const names = ours.map((line) => {
    const [tag = "", id = ""] = line.split(" ");
    return tag.endsWith(":<none>") ? id : tag;
  });
  if (names.length > 0) await docker(["image", "rm", "-f", ...new Set(names)]);
}

/** A local image of the dev environment. */
export async function baseImage(name: string): Promise<string> {
  const architecture = await docker(["version", "--format", "{{.Server.Arch}}"]);
  const [found] = await list(
    ...["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"],
    ...["--filter", `reference=bot-core-dev/${name}:*-${architecture}`],
  );
  if (found === undefined) throw new Error(`there is no bot-core-dev/${name}: run \`npm start\``);
  return found;
}
