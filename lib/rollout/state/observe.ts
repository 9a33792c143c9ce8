import type Docker from "dockerode";
import { COLOURS, LABEL, lockName, renderedProject, switchVolume, type Role } from "../labels";
import { bytesOf } from "../docker/stream";
import { firstFileOf } from "../docker/tar";
import { inParallel } from "../wait";
import { parseSwitchConfig, type SwitchConfig } from "../switch/config";
import type { ObservedContainer, ObservedHost, ObservedSwitch, PublishedPort } from "./observed";
import { foreignHolders } from "./foreign";
import { observeImages } from "./images";
import { readRecords } from "./records";

export interface ObserveOptions {
  readonly project: string;
  /** Service names of the model. */
  readonly services: readonly string[];
  /** Names of the model's networks. */
  readonly networks: readonly string[];
  /** Image references to look up. */
  readonly images: readonly string[];
}

const WIDTH = 8;

/** Reads everything that a release is decided from. Writes nothing. */
export async function observe(docker: Docker, options: ObserveOptions): Promise<ObservedHost> {
  const { project } = options;
  const [containers, records, networks, volumes, images, locked] = await Promise.all([
    observeContainers(docker, project),
    readRecords(docker, project),
    docker.listNetworks(),
    docker.listVolumes(),
    observeImages(docker, options.images),
    isLocked(docker, project),
  ]);
  const [switches, foreign] = await Promise.all([
    observeSwitches(docker, project, containers),
    foreignHolders(docker, options, containers),
  ]);
  return {
    containers,
    switches,
    records,
    images,
    networks: new Set(networks.map(({ Name }) => Name)),
    volumes: new Set(volumes.Volumes.map(({ Name }) => Name)),
    foreign,
    locked,
  };
}

async function isLocked(docker: Docker, project: string): Promise<boolean> {
  const found = await docker.listContainers({
    all: true,
    filters: { name: [`^/${lockName(project)}$`] },
  });
  return found.length > 0;
}

/** Containers of ours, and those that plain Compose made under the user's project name. */
export async function observeContainers(
  docker: Docker,
  project: string,
): Promise<readonly ObservedContainer[]> {
  const list = (label: string): Promise<Docker.ContainerInfo[]> =>
    docker.listContainers({ all: true, filters: { label: [label] } });
  const lists = await Promise.all([
    list(`${LABEL.project}=${project}`),
    list(`com.docker.compose.project=${project}`),
    list(`com.docker.compose.project=${renderedProject(project)}`),
  ]);
  const ids = new Set(
    lists
      .flat()
      .filter(({ Labels }) => !["lock", "record", "helper"].includes(Labels[LABEL.role] ?? ""))
      .map(({ Id }) => Id),
  );
  const observed: ObservedContainer[] = [];
  await inParallel([...ids], WIDTH, async (id) => {
    const container = await inspectContainer(docker, id);
    if (container !== undefined) observed.push(container);
  });
  return observed.sort((a, b) => a.name.localeCompare(b.name));
}

/** One container; undefined where it is gone meanwhile. */
export async function inspectContainer(
  docker: Docker,
  id: string,
): Promise<ObservedContainer | undefined> {
  try {
    return fromInspect(await docker.getContainer(id).inspect());
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** What `docker inspect` answers, in our words. */
export function fromInspect(info: Docker.ContainerInspectInfo): ObservedContainer {
  const labels = info.Config.Labels;
  const role = labels[LABEL.role] as Role | undefined;
  const colour = COLOURS.find((name) => name === labels[LABEL.colour]);
  const health = info.State.Health?.Status;
  const generation = labels[LABEL.generation];
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ""),
    service: labels[LABEL.service] ?? labels["com.docker.compose.service"] ?? "",
    role: role ?? "plain",
    ...(colour === undefined ? {} : { colour }),
    ...optional("spec", labels[LABEL.spec]),
    ...optional("configuration", labels[LABEL.configuration]),
    ...optional("version", labels[LABEL.version]),
    ...optional("digest", labels[LABEL.digest]),
    ...optional("reference", labels[LABEL.reference]),
    ...(generation === undefined ? {} : { generation: Number(generation) }),
    image: info.Config.Image,
    state: info.State.Status as ObservedContainer["state"],
    exitCode: info.State.ExitCode,
    ...(health === "starting" || health === "healthy" || health === "unhealthy" ? { health } : {}),
    restartPolicy: policyOf(info.HostConfig.RestartPolicy),
    restarts: info.RestartCount,
    createdAt: Date.parse(info.Created),
    startedAt: Date.parse(info.State.StartedAt),
    networks: Object.keys(info.NetworkSettings.Networks),
    addresses: Object.fromEntries(
      Object.entries(info.NetworkSettings.Networks)
        .filter(([, { IPAddress }]) => IPAddress !== "")
        .map(([name, { IPAddress }]) => [name, IPAddress]),
    ),
    anonymousVolumes: anonymousVolumes(info),
    published: publishedPorts(info),
  };
}

function policyOf(policy: Docker.HostRestartPolicy | undefined): string {
  const name = policy?.Name ?? "";
  const retries = policy?.MaximumRetryCount ?? 0;
  if (name === "") return "no";
  return retries > 0 ? `${name}:${retries}` : name;
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, string>>);
}

/** Docker names a volume that nobody named by 64 hexadecimal digits. */
function anonymousVolumes(info: Docker.ContainerInspectInfo): Record<string, string> {
  return Object.fromEntries(
    info.Mounts.filter(
      ({ Type, Name }) => Type === "volume" && /^[0-9a-f]{64}$/.test(Name ?? ""),
    ).map(({ Destination, Name }) => [Destination, Name ?? ""]),
  );
}

function publishedPorts(info: Docker.ContainerInspectInfo): PublishedPort[] {
  const bindings = (info.HostConfig.PortBindings ?? {}) as Record<
    string,
    { HostIp?: string; HostPort?: string }[] | null
  >;
  return Object.entries(bindings).flatMap(([target, list]) =>
    (list ?? []).map(({ HostIp, HostPort }) => ({
      target: parseInt(target, 10),
      hostIp: HostIp ?? "",
      port: Number(HostPort ?? "0"),
    })),
  );
}

async function observeSwitches(
  docker: Docker,
  project: string,
  containers: readonly ObservedContainer[],
): Promise<Record<string, ObservedSwitch>> {
  const switches: Record<string, ObservedSwitch> = {};
  const found = containers.filter(({ role }) => role === "switch");
  await inParallel(found, WIDTH, async (container) => {
    const volume = switchVolume(project, container.service);
    const config = await readSwitchConfig(docker, container.id, volume);
    switches[container.service] = { container, config };
  });
  return switches;
}

/** The state in the file on disk, read out of the container's volume; it need not run. */
export async function readSwitchConfig(
  docker: Docker,
  id: string,
  volume: string,
): Promise<SwitchConfig | undefined> {
  try {
    const handle = docker.getContainer(id);
    const { Mounts } = await handle.inspect();
    const folder = Mounts.find(({ Name }) => Name === volume)?.Destination;
    if (folder === undefined) return undefined;
    const archive = await bytesOf(await handle.getArchive({ path: `${folder}/haproxy.cfg` }));
    return parseSwitchConfig(firstFileOf(archive) ?? "");
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}
