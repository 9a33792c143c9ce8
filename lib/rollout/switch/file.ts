import type Docker from "dockerode";
import { SWITCH_OPEN_FILES } from "../../compose/renderSwitch";
import { UserError } from "../../errors";
import { lastLines } from "../docker/containers";
import { execIn } from "../docker/exec";
import { tarOf } from "../docker/tar";
import { LABEL, switchVolume } from "../labels";
import { ignoreMissing } from "../state/records";
import { renderSwitchConfig, type SwitchConfig } from "./config";

const FILE = "haproxy.cfg";
const NEXT = "next.cfg";
/** As lib/compose renders it. */
const SWITCH_OOM_SCORE_ADJ = -500;
const SEED_FOLDER = "/config";

/**
 * Replaces the file of a running switch: written beside it, checked by the same HAProxy, then renamed.
 * The running process is not told (rules 7 and 15).
 * @throws UserError `switch-config` where HAProxy refuses the file
 */
export async function writeSwitchConfig(
  docker: Docker,
  container: string,
  project: string,
  config: SwitchConfig,
): Promise<void> {
  const handle = docker.getContainer(container);
  const { Mounts } = await handle.inspect();
  const volume = switchVolume(project, config.service);
  const folder = Mounts.find(({ Name }) => Name === volume)?.Destination;
  if (folder === undefined) throw fileError(config.service, `volume ${volume} is not mounted`);
  await handle.putArchive(tarOf(NEXT, renderSwitchConfig(config)), { path: folder });
  const check = await execIn(docker, container, ["haproxy", "-c", "-f", `${folder}/${NEXT}`]);
  if (check.code !== 0) throw fileError(config.service, check.output);
  const move = await execIn(docker, container, ["mv", `${folder}/${NEXT}`, `${folder}/${FILE}`]);
  if (move.code !== 0) throw fileError(config.service, `mv: ${move.output}`);
}

/**
 * Puts the first file into a switch's volume, which is made where it is missing, and checks it with the
 * switch's own image. No switch reads it yet.
 * @returns true where the host grants a switch its own limits; a rootless engine, or one without
 *   CAP_SYS_RESOURCE, refuses to start a container that asks for them
 * @throws UserError `switch-config` where HAProxy refuses the file
 */
export async function seedSwitchConfig(
  docker: Docker,
  image: string,
  project: string,
  config: SwitchConfig,
): Promise<boolean> {
  const volume = switchVolume(project, config.service);
  const labels = { [LABEL.project]: project, [LABEL.service]: config.service };
  await docker.createVolume({ Name: volume, Labels: { ...labels, [LABEL.role]: "switch" } });
  const place = {
    image,
    volume,
    config,
    labels,
    name: `${project}-${config.service}-switch-check`,
  };
  if (await startCheck(docker, place, LIMITS)) return true;
  await startCheck(docker, place, undefined);
  return false;
}

const LIMITS = {
  OomScoreAdj: SWITCH_OOM_SCORE_ADJ,
  Ulimits: [{ Name: "nofile", Soft: SWITCH_OPEN_FILES, Hard: SWITCH_OPEN_FILES }],
};

interface CheckPlace {
  readonly image: string;
  readonly volume: string;
  readonly config: SwitchConfig;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
}

/** @returns false where the container did not start with these limits */
async function startCheck(
  docker: Docker,
  { image, volume, config, labels, name }: CheckPlace,
  limits: typeof LIMITS | undefined,
): Promise<boolean> {
  await docker.getContainer(name).remove({ force: true }).catch(ignoreMissing);
  const helper = await docker.createContainer({
    name,
    Image: image,
    Entrypoint: ["haproxy"],
    Cmd: ["-c", "-f", `${SEED_FOLDER}/${FILE}`],
    User: "0",
    Labels: { ...labels, [LABEL.role]: "helper" },
    HostConfig: { NetworkMode: "none", Binds: [`${volume}:${SEED_FOLDER}:nocopy`], ...limits },
  });
  try {
    await helper.putArchive(tarOf(FILE, renderSwitchConfig(config)), { path: SEED_FOLDER });
    try {
      await helper.start();
    } catch (error) {
      if (limits === undefined) throw error;
      return false;
    }
    const { StatusCode } = (await helper.wait()) as { StatusCode: number };
    if (StatusCode !== 0) {
      throw fileError(config.service, (await lastLines(docker, helper.id)).join("\n"));
    }
    return true;
  } finally {
    await helper.remove({ force: true, v: false }).catch(ignoreMissing);
  }
}

function fileError(service: string, reason: string): UserError {
  return new UserError(
    `the switch of ${service} refuses its configuration: ${reason.trim()}; ` +
      "set `switchImage` to an official haproxy 3.0 image",
    "switch-config",
  );
}
