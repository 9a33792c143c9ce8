import { z } from "zod";
import { platformText } from "../../lib/images/platform";
import type { Run } from "../../lib/process/run";
import type { BuildSettings } from "../../lib/settings/settings";
import { fault, ok, warning, type Finding } from "./check";

/** A daemon that builds, and the platforms that it has to build. */
export interface BuildHost {
  /** Docker host; absent: this machine's own daemon. */
  readonly address?: string;
  readonly platforms: readonly string[];
}

/** The daemons that the configuration builds on, this machine's own first. */
export function buildHosts({ platforms, builders }: BuildSettings): readonly BuildHost[] {
  const own = platforms.filter((platform) => builders[platform] === undefined);
  const addresses = [...new Set(platforms.flatMap((platform) => builders[platform] ?? []))];
  return [
    ...(own.length === 0 ? [] : [{ platforms: own }]),
    ...addresses.map((address) => ({
      address,
      platforms: platforms.filter((platform) => builders[platform] === address),
    })),
  ];
}

const Info = z.object({
  ServerVersion: z.string(),
  Driver: z.string(),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  DockerRootDir: z.string().optional(),
});

/** What `docker info` tells of a daemon. */
export interface DaemonInfo {
  readonly version: string;
  readonly driver: string;
  /** true: images are kept in containerd's store, the default of Docker 29. */
  readonly containerdStore: boolean;
  readonly rootFolder?: string;
}

/** @param text what `docker info --format '{{json .}}'` printed */
export function parseInfo(text: string): DaemonInfo {
  const { ServerVersion, Driver, DriverStatus, DockerRootDir } = Info.parse(JSON.parse(text));
  return {
    version: ServerVersion,
    driver: Driver,
    containerdStore: (DriverStatus ?? []).flat().includes("io.containerd.snapshotter.v1"),
    ...(DockerRootDir === undefined ? {} : { rootFolder: DockerRootDir }),
  };
}

/** A daemon's answer, or the client's words for why there is none. */
export type Answer<T> = { readonly value: T } | { readonly refusal: string };

export async function askDaemon(
  address: string | undefined,
  run: Run,
  signal: AbortSignal,
): Promise<Answer<DaemonInfo>> {
  const env = daemonEnvironment(address);
  const { code, stdout, stderr } = await run("docker", ["info", "--format", "{{json .}}"], {
    env,
    signal,
  });
  if (code === 0) return { value: parseInfo(stdout) };
  return { refusal: stderr.trim().split("\n").at(-1) ?? `exit code ${code}` };
}

/** The docker plugin looks at DOCKER_HOST and the default socket, never at the chosen context. */
function daemonEnvironment(address: string | undefined): Record<string, string | undefined> {
  const host = address ?? process.env["DOCKER_HOST"];
  return { DOCKER_HOST: host, DOCKER_CONTEXT: host === undefined ? "default" : undefined };
}

/** @param answer of the host's daemon */
export function daemonFinding({ address }: BuildHost, answer: Answer<DaemonInfo>): Finding {
  if ("refusal" in answer) {
    return fault(
      `no Docker daemon to build on answers: ${answer.refusal}`,
      address === undefined
        ? "start Docker here, and see that this user may use it (`docker info` must work)"
        : `\`docker -H ${address} info\` must work without a question`,
    );
  }
  const { version, driver, containerdStore } = answer.value;
  if (!containerdStore) return ok(`${version}, ${driver}`);
  return warning(
    `${version} keeps images in containerd's store, with which builds by the docker plugin may ` +
      "fail with 403 (pulumi-docker#967) or push without an end (#1789)",
    'if they do, put {"features": {"containerd-snapshotter": false}} into its daemon.json',
  );
}

/** The platforms that a daemon can build, natively or by emulation; undefined: it does not tell. */
export async function buildablePlatforms(
  address: string | undefined,
  run: Run,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const env = daemonEnvironment(address);
  const { code, stdout } = await run("docker", ["buildx", "inspect", "default"], { env, signal });
  return code === 0 ? parsePlatforms(stdout) : undefined;
}

/** @param text what `docker buildx inspect` printed; the last node counts */
export function parsePlatforms(text: string): readonly string[] | undefined {
  const list = /^Platforms:[ \t]*(.+)$/m.exec(text)?.[1];
  return list?.split(",").map((platform) => platformText(platform.trim().replace(/\*$/, "")));
}

export function platformFinding(
  { platforms, address }: BuildHost,
  buildable: readonly string[] | undefined,
): Finding {
  if (buildable === undefined) {
    return { state: "skipped", detail: "the daemon does not tell what it can build" };
  }
  const foreign = platforms.filter((platform) => !buildable.includes(platformText(platform)));
  if (foreign.length === 0) return ok(platforms.join(", "));
  const names = foreign.map((platform) => platform.split("/")[1] ?? platform).join(",");
  const where = address === undefined ? "" : `-H ${address} `;
  return warning(
    `programs of ${foreign.join(", ")} do not run there: a Dockerfile that runs one cannot be built`,
    `docker ${where}run --privileged --rm tonistiigi/binfmt --install ${names}, or name a machine ` +
      "of that platform in config `builders`",
  );
}
