import { rm, writeFile } from "node:fs/promises";
import { docker } from "../../../dev/images/makeImage";
import { REGISTRY_CONTAINER } from "../../../dev/localRegistry";
import { until } from "../support/cliProcess";
import { BACKEND_PORT } from "./router/backend";
import { PRODUCTION, WORLD_FOLDER } from "./places";
import type { World } from "./world";

/** Runs the dev environment's registry in the world, on its loopback, without any login. */
export async function startRegistry(world: World): Promise<void> {
  const image = await docker(["inspect", "-f", "{{.Config.Image}}", REGISTRY_CONTAINER]);
  await writeFile(world.path("registry.json"), CONFIG);
  for (const host of [[], ["--host", PRODUCTION]]) {
    const answers = async (): Promise<boolean> =>
      (await world.run("docker", [...host, "version"])).code === 0;
    await until("the world's Docker engines answer", answers, 60_000);
  }
  await copyImage(world, image);
  const { code, stderr } = await world.run("docker", [
    ...["run", "--detach", "--name", "backend", "--network", "host"],
    ...["--volume", `${WORLD_FOLDER}/registry.json:/registry.json:ro`],
    ...["--volume", `${WORLD_FOLDER}/registry:/var/lib/registry`],
    ...["--entrypoint", "registry", image],
    ...["serve", "/registry.json"],
  ]);
  if (code !== 0) throw new Error(`the world's registry does not start: ${stderr}`);
  await until("the world's registry answers", () => hasSwitch(world), 30_000);
}

/**
 * Every host is given the switch's image, also where no service has a switch: here it is empty, and
 * in the registry behind, which no cloud's name leads to.
 */
export const SWITCH_IMAGE = `localhost:${BACKEND_PORT}/mirror/haproxy:3.0`;

async function hasSwitch(world: World): Promise<boolean> {
  const script = `tar -c -T /dev/null | docker import - ${SWITCH_IMAGE} && docker push ${SWITCH_IMAGE}`;
  return (await world.run("sh", ["-c", script])).code === 0;
}

// JSON is YAML.
const CONFIG = JSON.stringify({
  version: "0.1",
  log: { level: "warn", accesslog: { disabled: true } },
  storage: {
    filesystem: { rootdirectory: "/var/lib/registry" },
    delete: { enabled: true },
  },
  http: { addr: `127.0.0.1:${BACKEND_PORT}`, secret: "world", relativeurls: true },
});

/** From the machine's engine to the world's. */
async function copyImage(world: World, image: string): Promise<void> {
  await docker(["save", "--output", world.path("registry.tar"), image]);
  const archive = `${WORLD_FOLDER}/registry.tar`;
  const { code, stderr } = await world.run("docker", ["load", "--input", archive]);
  if (code !== 0) throw new Error(`${image} cannot be loaded into the world's engine: ${stderr}`);
  await rm(world.path("registry.tar"));
}

const OLD = `set -e
cd "$(mktemp -d)"
echo old > old
printf 'FROM scratch\\nCOPY old /\\n' > Dockerfile
SOURCE_DATE_EPOCH=1600000000 docker build -q -t "$1:$2" . && docker push -q "$1:$2"
find ${WORLD_FOLDER}/registry -path "*/$3/_manifests/*" -name link -path "*$(
  cut -d: -f2 ${WORLD_FOLDER}/registry/docker/registry/v2/repositories/$3/_manifests/tags/$2/current/link
)*" -exec touch -d @1600000000 {} +
`;

/**
 * Puts an image of September 2020 into the registry behind.
 * @param repository with the kind's part before it
 */
export async function plantOldImage(
  world: World,
  repository: string,
  tag: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const name = `localhost:${BACKEND_PORT}/${repository}`;
  const args = ["-c", OLD, "sh", name, tag, repository];
  const { code, stdout, stderr } = await world.run("sh", args);
  return { code, output: stdout + stderr };
}
