import type { ComposeModel } from "../../compose/model";
import type { ComposeHostInputs } from "../../resources/composeHost";
import type { HostConnection } from "../docker/connection";
import { pullImage, type PullLogin } from "../docker/pull";
import type { Conduct } from "../report";
import type { DesiredRelease } from "../plan/types";
import { desiredRelease, selectedServices } from "../state/desired";
import { observeImage, serverOf } from "../state/images";
import { pullCopy } from "./pullCopy";
import { observe } from "../state/observe";
import type { ObservedHost } from "../state/observed";
import { inParallel } from "../wait";

/**
 * Gives the login for a registry at the moment of a pull; undefined for none. Asked only for the
 * registry of the release's own images: images of others are pulled without a login.
 */
export type Credentials = (purpose: "pull") => Promise<PullLogin | undefined>;

const PULL_WIDTH = 3;

/** What is to run and what runs. */
export interface View {
  readonly desired: DesiredRelease;
  readonly host: ObservedHost;
}

/** Looks at the host and at what is known of the images; writes nothing. */
export async function view(
  connection: HostConnection,
  inputs: ComposeHostInputs,
  model: ComposeModel,
): Promise<View> {
  const { docker, platform } = connection;
  const others = selectedServices(inputs, model).flatMap((name) => {
    const image = model.services[name]?.definition.image;
    return typeof image === "string" ? [image] : [];
  });
  const host = await observe(docker, {
    project: inputs.host.project,
    services: Object.keys(model.services),
    networks: Object.entries(model.networks).map(
      ([key, value]) => (value as { name?: string } | null)?.name ?? key,
    ),
    images: [...others, inputs.switchImage],
  });
  const first = desiredRelease(inputs, model, host, platform);
  const images = { ...host.images };
  const wanted = Object.values(first.services).flatMap(({ pinned }) => pinned ?? []);
  const serving = host.containers.map(({ image }) => image);
  await inParallel([...new Set([...wanted, ...serving])], 8, async (reference) => {
    const image = await observeImage(docker, reference);
    if (image !== undefined) images[reference] = image;
  });
  const complete = { ...host, images };
  return { host: complete, desired: desiredRelease(inputs, model, complete, platform) };
}

/** Pulls the switch image where it is missing; undefined changes nothing on the host. */
export async function ensureSwitchImage(
  connection: HostConnection,
  inputs: ComposeHostInputs,
  credentials: Credentials,
  conduct: Conduct,
): Promise<string> {
  const found = await observeImage(connection.docker, inputs.switchImage);
  if (found === undefined) {
    await pull(connection, inputs, inputs.switchImage, credentials, conduct);
  }
  const image = found ?? (await observeImage(connection.docker, inputs.switchImage));
  return image?.pinned ?? inputs.switchImage;
}

/** Pulls every image that is not on the host, before anything is touched. */
export async function pullAll(
  connection: HostConnection,
  inputs: ComposeHostInputs,
  { desired, host }: View,
  credentials: Credentials,
  conduct: Conduct,
): Promise<readonly string[]> {
  const missing = Object.values(desired.services).flatMap(({ pinned, reference, digest }) => {
    const wanted = pinned ?? reference ?? "";
    const there = digest !== undefined && host.images[wanted] !== undefined;
    return there || wanted === "" ? [] : [wanted];
  });
  const unique = [...new Set(missing)];
  await inParallel(unique, PULL_WIDTH, (reference) =>
    pull(connection, inputs, reference, credentials, conduct),
  );
  return unique;
}

async function pull(
  { docker, platform }: HostConnection,
  inputs: ComposeHostInputs,
  reference: string,
  credentials: Credentials,
  conduct: Conduct,
): Promise<void> {
  const server = serverOf(reference);
  const own = server === inputs.registry.endpoint.server;
  const login = own ? await credentials("pull") : undefined;
  conduct.report(`pulling ${reference.replace(/@sha256:.*/, "")}`, true);
  const attempt = (): Promise<void> =>
    pullImage(docker, { reference, platform, server, login }, conduct);
  const isCopy = own && inputs.registry.endpoint.copy === true;
  await (isCopy ? pullCopy(reference, attempt, conduct) : attempt());
}
