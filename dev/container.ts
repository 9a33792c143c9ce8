import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { UserError, messageOf } from "../lib/errors";
import { fingerprint, inTemporaryDirectory } from "./cache";
import { docker } from "./images/makeImage";
import { DEV_LABEL } from "./paths";

/** A small service of the dev environment, in a container of its own. */
export interface DevContainer {
  readonly name: string;
  readonly image: string;
  readonly entrypoint: string;
  readonly args: readonly string[];
  /** Options of `docker create`: ports, volumes, limits. */
  readonly options: readonly string[];
  /** Files under `directory`, copied in before it starts, so that any daemon can have them. */
  readonly directory: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Starts the container where it does not run as described; a changed one is made anew. */
export async function ensureContainer(container: DevContainer): Promise<void> {
  const id = await docker(["image", "inspect", "-f", "{{.Id}}", container.image]);
  const recipe = recipeOf(container, id);
  const format = `{{index .Config.Labels "${DEV_LABEL}"}} {{.State.Running}}`;
  const inspected = await docker([
    "inspect",
    "--type=container",
    "-f",
    format,
    container.name,
  ]).catch(() => "");
  if (inspected === `${recipe} true`) return;
  if (inspected.startsWith(`${recipe} `)) {
    await start(container.name);
    return;
  }
  await docker(["rm", "-f", container.name]);
  await create(container, recipe);
}

async function create(container: DevContainer, recipe: string): Promise<void> {
  const { name, image, entrypoint, args, options, directory, files } = container;
  await docker([
    ...["create", "--name", name, "--label", `${DEV_LABEL}=${recipe}`],
    ...["--restart", "unless-stopped", "--entrypoint", entrypoint],
    ...[...options, image, ...args],
  ]);
  await inTemporaryDirectory(async (temporary) => {
    const source = join(temporary, "files");
    mkdirSync(source, { mode: 0o755 });
    for (const [file, content] of Object.entries(files)) writeFileSync(join(source, file), content);
    await docker(["cp", `${source}/.`, `${name}:${directory}`]);
  });
  await start(name);
}

async function start(name: string): Promise<void> {
  await docker(["start", name]).catch((error: unknown) => {
    const taken = /(\d+\.\d+\.\d+\.\d+:\d+).*(?:already allocated|already in use)/.exec(
      messageOf(error),
    );
    if (taken === null) throw error;
    throw new UserError(
      `${name} needs ${taken[1] ?? "a port"}, which another program uses: stop that one and run again`,
      "port-taken",
      { cause: error },
    );
  });
}

/** By the image's id: a name may come to mean another image. */
function recipeOf({ entrypoint, args, options, files }: DevContainer, image: string): string {
  const contents = Object.entries(files).flat();
  return fingerprint(image, entrypoint, ...args, "", ...options, "", ...contents);
}
