import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { SWITCH_CONFIG_DIRECTORY } from "../../../../lib/compose/renderSwitch";
import { tarOf } from "../../../../lib/rollout/docker/tar";
import { openRuntime, readSlots, type Slot } from "../../../../lib/rollout/switch/runtime";
import type { SwitchConfig } from "../../../../lib/rollout/switch/config";
import { ask } from "./client";

/** Marks whatever a stage makes, so that a run that was killed leaves nothing to the next. */
const LABEL = "bot-core-test.stage";
const APP = readFileSync(join(__dirname, "app.cjs"), "utf8");
const PORT = "8080/tcp";
const START_LIMIT_MS = 30_000;

/** The service that most rules are tried with. */
export const WEB: SwitchConfig = {
  service: "web",
  active: "blue",
  slots: 2,
  ports: [{ target: 8080, protocol: "auto" }],
  hold: false,
};

/** One running container of the test. */
export interface Member {
  readonly id: string;
  readonly address: string;
  /** The port on 127.0.0.1 that leads to its port 8080; another one after a restart. */
  readonly port: number;
}

export interface StageSwitch extends Member {
  readonly slots: () => Promise<readonly Slot[]>;
  readonly command: (...commands: readonly string[]) => Promise<string>;
}

export interface Stage {
  readonly docker: Docker;
  readonly network: string;
  readonly switchImage: string;
  /** Starts the test's application under these names of the network, and waits until it answers. */
  readonly app: (colour: string, aliases: readonly string[]) => Promise<Member>;
  /** Starts a switch with this file; `wait`: slots that are to be UP first. */
  readonly start: (
    config: string,
    wait?: readonly string[],
    change?: Docker.ContainerCreateOptions,
  ) => Promise<StageSwitch>;
  /** Stops and starts a switch with the file that it has. */
  readonly restart: (old: StageSwitch, wait?: readonly string[]) => Promise<StageSwitch>;
  readonly close: () => Promise<void>;
}

/**
 * A file with one rule's line taken out or changed, to show what the rule is for.
 * @throws AssertionError where the line is not there: the test would prove nothing
 */
export function without(config: string, line: string, instead = ""): string {
  assert(config.includes(line), `the configuration has no \`${line}\``);
  return config.replaceAll(line, instead);
}

/** Asks until the answer is as wanted; at most 30 s, for machines that do other things as well. */
export async function eventually(wanted: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + START_LIMIT_MS;
  while (!(await wanted())) {
    if (Date.now() > end) throw new Error(`not within ${START_LIMIT_MS / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * A network of its own for real switches and small applications, with no Pulumi and no release.
 * Undefined, with a printed reason, where there is no daemon or the dev images are missing.
 */
export async function openStage(
  name: string,
  network?: Omit<Docker.NetworkCreateOptions, "Name">,
): Promise<Stage | undefined> {
  const docker = new Docker({ socketPath: "/var/run/docker.sock" });
  const switchImage = await imageOf(docker, "haproxy");
  const appImage = await imageOf(docker, "node");
  if (switchImage === undefined || appImage === undefined) {
    console.log("      skipped: no Docker daemon with the dev images of haproxy and node");
    return undefined;
  }
  await clear(docker, name);
  await docker.createNetwork({ ...network, Name: name, Labels: { [LABEL]: name } });
  const place = { docker, name, switchImage, appImage };
  return {
    docker,
    network: name,
    switchImage,
    app: (colour, aliases) => startApp(place, colour, aliases),
    start: (config, wait = [], change = {}) => startSwitch(place, config, wait, change),
    restart: async (old, wait = []) => {
      await docker.getContainer(old.id).restart({ t: 5 });
      return ready(docker, old.id, wait);
    },
    close: () => clear(docker, name),
  };
}

interface Place {
  readonly docker: Docker;
  readonly name: string;
  readonly switchImage: string;
  readonly appImage: string;
}

async function startApp(
  { docker, name, appImage }: Place,
  colour: string,
  aliases: readonly string[],
): Promise<Member> {
  const container = await docker.createContainer({
    ...common(name, `${colour}-${Date.now().toString(36)}`, aliases),
    Image: appImage,
    Entrypoint: ["node"],
    Cmd: ["/app.cjs"],
    Env: [`APP_COLOUR=${colour}`],
    User: "0",
  });
  await container.putArchive(tarOf("app.cjs", APP), { path: "/" });
  await container.start();
  const member = await memberOf(docker, container.id);
  await eventually(
    async () => (await ask(member.port, "/").catch(() => undefined))?.status === 200,
    `${colour} answers`,
  );
  return member;
}

async function startSwitch(
  { docker, name, switchImage }: Place,
  config: string,
  wait: readonly string[],
  change: Docker.ContainerCreateOptions,
): Promise<StageSwitch> {
  const base = common(name, `switch-${Date.now().toString(36)}${Math.random().toString(36)}`, []);
  const container = await docker.createContainer({
    ...base,
    Image: switchImage,
    Entrypoint: ["haproxy"],
    Cmd: ["-db", "-f", `${SWITCH_CONFIG_DIRECTORY}/haproxy.cfg`],
    User: "0",
    StopSignal: "SIGKILL",
    ...change,
    HostConfig: { ...base.HostConfig, Dns: ["127.0.0.1"], ...change.HostConfig },
  });
  if (change.HostConfig?.Binds === undefined) {
    await container.putArchive(tarOf("haproxy.cfg", config), { path: SWITCH_CONFIG_DIRECTORY });
  }
  await container.start();
  return ready(docker, container.id, wait);
}

async function ready(docker: Docker, id: string, wait: readonly string[]): Promise<StageSwitch> {
  const member = await memberOf(docker, id);
  const line = await openRuntime(docker, id);
  const slots = (): Promise<readonly Slot[]> => readSlots(line);
  await eventually(
    async () => {
      const all = await slots();
      return (
        all.length > 0 &&
        wait.every((name) => {
          const found = all.filter((slot) => slot.name === name);
          return found.length > 0 && found.every(({ status }) => status.startsWith("UP"));
        })
      );
    },
    `the switch runs with ${wait.join(", ")} up`,
  );
  return { ...member, slots, command: line.command };
}

function common(
  stage: string,
  suffix: string,
  aliases: readonly string[],
): Docker.ContainerCreateOptions {
  return {
    name: `${stage}-${suffix.replace(/[^a-z0-9-]/g, "")}`,
    Labels: { [LABEL]: stage },
    ExposedPorts: { [PORT]: {} },
    HostConfig: {
      NetworkMode: stage,
      PortBindings: { [PORT]: [{ HostIp: "127.0.0.1", HostPort: "" }] },
    },
    NetworkingConfig: { EndpointsConfig: { [stage]: { Aliases: [...aliases] } } },
  };
}

async function memberOf(docker: Docker, id: string): Promise<Member> {
  const { NetworkSettings, State } = await docker.getContainer(id).inspect();
  if (!State.Running) {
    const log = await docker.getContainer(id).logs({ stdout: true, stderr: true });
    throw new Error(`the container ended: ${log.toString("utf8")}`);
  }
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
  return { id, address, port: Number(NetworkSettings.Ports[PORT]?.[0]?.HostPort ?? "0") };
}

async function imageOf(docker: Docker, name: string): Promise<string | undefined> {
  const images = await docker
    .listImages({ filters: { reference: [`bot-core-dev/${name}:*amd64`] } })
    .catch(() => []);
  return images[0]?.RepoTags?.find((tag) => tag.startsWith(`bot-core-dev/${name}:`));
}

async function clear(docker: Docker, name: string): Promise<void> {
  const filters = { label: [`${LABEL}=${name}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(
    containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })),
  );
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
}
