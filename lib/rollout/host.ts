import type { ComposeModel } from "../compose/model";
import type { ComposeHostInputs } from "../resources/composeHost";
import type { HostState } from "./deploy";
import type { HostConnection } from "./docker/connection";
import { retire } from "./docker/containers";
import { forgetReleases } from "./docker/keep";
import { LABEL, lockName } from "./labels";
import { acquireLock, readLock } from "./lock";
import { plan } from "./plan/plan";
import { view } from "./release/prepare";
import type { Report } from "./report";
import { stateOf } from "./state/live";
import { observeContainers } from "./state/observe";
import { ignoreMissing, readRecords } from "./state/records";
import { inParallel } from "./wait";

/** How the host differs from its last release, for a plain preview and for refresh. */
export interface Drift {
  /** One line a service or container: what is wrong. Empty: all is as it was left. */
  readonly lines: readonly string[];
}

export interface HostReading extends HostState, Drift {
  /** false: nothing of this project is on the host. */
  readonly exists: boolean;
}

/** What runs on the host now, and how it differs from what is to run. Writes nothing. */
export async function readHost(
  inputs: ComposeHostInputs,
  connection: HostConnection,
): Promise<HostReading> {
  // lib/compose wrote it; the provider's check refuses anything else.
  const model = JSON.parse(inputs.model) as ComposeModel;
  const { desired, host } = await view(connection, inputs, model);
  const planned = plan(desired, host);
  const services = planned.services
    .filter(({ action }) => action !== "keep")
    .map(({ name, reason }) => `${name}: ${reason}`);
  const foreign = host.foreign.map(({ name, holds }) => `${name}: answers to the name ${holds}`);
  return {
    ...stateOf(desired, host),
    exists: host.containers.some(({ role }) => role !== "plain"),
    lines: [...services, ...planned.leftovers.map(({ why }) => why), ...foreign],
  };
}

const WIDTH = 8;
/** Docker's own stop grace; each container's own `stop_grace_period` is kept by Docker. */
const GRACE_SECONDS = 10;

/**
 * Stops and removes all containers and networks of a project. Volumes are never removed, and neither
 * is what plain Compose or others made.
 * @throws UserError `rollout-locked` while a release runs
 */
export async function destroyHost(
  project: string,
  connection: HostConnection,
  options: { readonly report?: Report; readonly signal: AbortSignal },
): Promise<void> {
  const { docker } = connection;
  const report = options.report ?? ((): undefined => undefined);
  const all = await observeContainers(docker, project);
  const own = all.filter(({ role }) => role !== "plain");
  const [first] = own;
  const lock =
    first === undefined
      ? undefined
      : await acquireLock(docker, {
          project,
          // By id: the name may be gone, where another project's clean-up took the last tag away.
          image: (await docker.getContainer(first.id).inspect()).Image,
          deadlineSeconds: 600,
          report,
        });
  try {
    // Switches first: what calls from outside gets a clear refusal instead of a broken answer.
    const order = [...own].sort((a, b) => rank(a.role) - rank(b.role));
    await inParallel(order, WIDTH, async ({ id, name }) => {
      report(`removing ${name}`, true);
      await retire(docker, id, GRACE_SECONDS);
    });
    const records = await readRecords(docker, project);
    await forgetReleases(docker, project, records, records, []);
    const left = await docker.listContainers({
      all: true,
      filters: { label: [`${LABEL.project}=${project}`] },
    });
    for (const { Id, Names } of left) {
      if (Names.includes(`/${lockName(project)}`)) continue;
      await docker.getContainer(Id).remove({ force: true, v: false }).catch(ignoreMissing);
    }
    await removeNetworks(connection, project);
  } finally {
    await lock?.release();
  }
}

function rank(role: string): number {
  return role === "switch" ? 0 : 1;
}

async function removeNetworks({ docker }: HostConnection, project: string): Promise<void> {
  const label = [`com.docker.compose.project=${project}-live`];
  for (const { Id } of await docker.listNetworks({ filters: { label } })) {
    await docker
      .getNetwork(Id)
      .remove()
      .catch((error: unknown) => {
        // 403: others are attached; the network is theirs too.
        if ((error as { statusCode?: number }).statusCode !== 403) ignoreMissing(error);
      });
  }
}

/**
 * Breaks the project's lock.
 * @returns who held it and since when; undefined where nobody did
 */
export async function unlock(
  project: string,
  { docker }: HostConnection,
): Promise<{ readonly who: string; readonly since: string } | undefined> {
  const holder = await readLock(docker, project);
  if (holder === undefined) return undefined;
  await docker.getContainer(holder.id).remove({ force: true }).catch(ignoreMissing);
  return { who: holder.owner.who, since: holder.since };
}
