import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findDockerCli } from "../../../../dev/dockerCli";
import {
  REGISTRY_CONTAINER,
  startTestRegistry,
  type TestRegistry,
} from "../../../../dev/localRegistry";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../../dev/tokenServer/access";
import type { ComposeModel, JsonObject, ServiceModel } from "../../../../lib/compose/model";
import { run } from "../../../../lib/process/run";
import type { ComposeHostInputs, ReleaseImage } from "../../../../lib/resources/composeHost";
import {
  connect,
  deployRelease,
  destroyHost,
  type DeployOptions,
  type HostConnection,
  type HostState,
} from "../../../../lib/rollout";

const FIXTURE = resolve(__dirname, "../../../fixtures/app");
const PUSH = { username: "push", password: "lab-push-2f61" };
/** The pull identity; tests look for its password where it must not be. */
export const PULL = { username: "pull", password: "lab-pull-9c04" };
const PORT = 15_741;

/** A real host, a real registry, and images of the test application in several versions. */
export interface Lab {
  readonly project: string;
  readonly connection: HostConnection;
  readonly registry: TestRegistry;
  readonly switchImage: string;
  /** Folder that the application's containers note request ids in. */
  readonly ids: string;
  /** Builds and pushes the application as this version, once; with a fault if wanted. */
  readonly image: (version: string, fault?: string) => Promise<ReleaseImage>;
  /** All ids that containers have noted so far. */
  readonly seen: () => string[];
  readonly lines: string[];
  readonly deploy: (
    inputs: ComposeHostInputs,
    options?: Partial<DeployOptions>,
  ) => Promise<HostState>;
  readonly close: () => Promise<void>;
}

/** Undefined, with a printed reason, where the dev environment is not set up. */
export async function openLab(project: string, address?: string): Promise<Lab | undefined> {
  const docker = await findDockerCli();
  const ready =
    docker !== undefined && (await run(docker, ["inspect", REGISTRY_CONTAINER])).code === 0;
  if (!ready) {
    console.log(`      skipped: the dev registry ${REGISTRY_CONTAINER} is not set up`);
    return undefined;
  }
  const registry = await startTestRegistry({
    name: `${project}-registry`,
    port: PORT,
    users: [
      tokenUser(PUSH.username, PUSH.password, EVERYTHING),
      tokenUser(PULL.username, PULL.password, PULL_ONLY),
    ],
  });
  const signal = AbortSignal.timeout(600_000);
  const host = { address: address ?? "unix:///var/run/docker.sock" };
  const connection = await connect(host, { signal }).catch(async (error: unknown) => {
    await registry.close();
    throw error;
  });
  const folder = mkdtempSync(join(tmpdir(), "lab-"));
  chmodSync(folder, 0o777);
  const images = new Map<string, Promise<ReleaseImage>>();
  const lines: string[] = [];
  const ids = join(folder, "ids");
  return {
    project,
    connection,
    registry,
    switchImage: await baseImage("haproxy"),
    ids,
    image: (version, fault = "") => {
      const key = `${version}-${fault}`;
      const made = images.get(key) ?? buildImage(docker, registry, version, fault);
      images.set(key, made);
      return made;
    },
    seen: () => (existsSync(ids) ? readFileSync(ids, "utf8").trim().split("\n") : []),
    lines,
    deploy: (inputs, options = {}) =>
      deployRelease(inputs, connection, {
        report: (line) => lines.push(line),
        signal,
        credentials: () => Promise.resolve(PULL),
        ...options,
      }),
    close: async () => {
      await destroyHost(project, connection, { signal });
      await connection.close();
      await registry.close();
      await removeVolumes(docker, project);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A local image of the dev environment, newest first. */
async function baseImage(name: string): Promise<string> {
  const listed = await run("docker", [
    ...["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"],
    ...["--filter", `reference=bot-core-dev/${name}:*amd64`],
  ]);
  return listed.stdout.trim().split("\n")[0] ?? "";
}

async function buildImage(
  docker: string,
  registry: TestRegistry,
  version: string,
  fault: string,
): Promise<ReleaseImage> {
  const repository = `${registry.server}/lab/app`;
  const tag = `${repository}:${version}${fault}`;
  const args = [`BASE=${await baseImage("node")}`, `APP_VERSION=${version}`, `APP_FAULT=${fault}`];
  await must(docker, [
    ...["build", "--quiet", "--provenance=false", "--tag", tag],
    ...args.flatMap((arg) => ["--build-arg", arg]),
    FIXTURE,
  ]);
  const config = mkdtempSync(join(tmpdir(), "lab-config-"));
  const login = ["--config", config, "login", "--username", PUSH.username, "--password-stdin"];
  await must(docker, [...login, registry.server], PUSH.password);
  await must(docker, ["--config", config, "push", "--quiet", tag]);
  const inspected = await must(docker, ["inspect", "-f", "{{json .RepoDigests}}", tag]);
  const digests = JSON.parse(inspected) as string[];
  const digest = digests.find((name) => name.startsWith(`${repository}@`))?.split("@")[1] ?? "";
  // Off the host again, so that the release has to pull it.
  await must(docker, ["image", "rm", tag]);
  rmSync(config, { recursive: true, force: true });
  return { repository, digest, platforms: [{ platform: "linux/amd64", digest }] };
}

async function must(docker: string, args: readonly string[], input?: string): Promise<string> {
  const result = await run(docker, args, {
    ...(input === undefined ? {} : { input }),
    timeoutMs: 180_000,
  });
  if (result.code !== 0) throw new Error(`docker ${args.join(" ")}: ${result.stderr}`);
  return result.stdout.trim();
}

/** Volumes are never removed by the product; a test cleans up after itself. */
async function removeVolumes(docker: string, project: string): Promise<void> {
  const listed = await run(docker, ["volume", "ls", "-q", "--filter", `name=^${project}_`]);
  for (const name of listed.stdout.split("\n").filter((line) => line !== "")) {
    await run(docker, ["volume", "rm", name]);
  }
}

/** A service of the test application. */
export function appService(lab: Pick<Lab, "ids">, definition: JsonObject = {}): ServiceModel {
  return {
    ours: true,
    contents: {},
    definition: {
      environment: { APP_IDS: "/ids/ids" },
      networks: { default: null },
      volumes: [{ type: "bind", source: resolve(lab.ids, ".."), target: "/ids" }],
      restart: "unless-stopped",
      stop_grace_period: "5s",
      deploy: { update_config: { order: "start-first" } },
      ...definition,
    },
  };
}

/** A published port as `docker compose config` prints it. */
export function port(target: number, published: number): JsonObject {
  return {
    mode: "ingress",
    host_ip: "127.0.0.1",
    target,
    published: `${published}`,
    protocol: "tcp",
  };
}

export function modelOf(
  project: string,
  services: Readonly<Record<string, ServiceModel>>,
  more: Partial<ComposeModel> = {},
): ComposeModel {
  return {
    services,
    networks: { default: { name: `${project}_default` } },
    volumes: {},
    configs: {},
    secrets: {},
    ...more,
  };
}

export function inputsOf(
  lab: Pick<Lab, "project" | "registry" | "switchImage">,
  version: string,
  model: ComposeModel,
  images: Readonly<Record<string, ReleaseImage>>,
  more: Partial<ComposeHostInputs> = {},
): ComposeHostInputs {
  return {
    host: { address: "unix:///var/run/docker.sock", engine: "compose", project: lab.project },
    registry: {
      endpoint: { server: lab.registry.server, insecure: true },
      push: { kind: "anonymous" },
      pull: { kind: "anonymous" },
    },
    version,
    revision: "0123456789abcdef0123456789abcdef01234567",
    model: JSON.stringify(model),
    images,
    switchImage: lab.switchImage,
    rollout: { drainSeconds: 10, soakSeconds: 1, keepReleases: 3, allowVolumeOverlap: false },
    ...more,
  };
}
