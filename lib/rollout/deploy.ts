import { setMaxListeners } from "node:events";
import type { ComposeModel } from "../compose/model";
import { messageOf, UserError } from "../errors";
import type { ComposeHostInputs, HostService } from "../resources/composeHost";
import type { HostConnection } from "./docker/connection";
import { pruneReleases } from "./docker/keep";
import { acquireLock, type Lock } from "./lock";
import { plan } from "./plan/plan";
import type { ReleasePlan } from "./plan/types";
import { startBeside } from "./release/beside";
import { checkRoom } from "./release/room";
import type { Release } from "./release/context";
import { record, retireOld } from "./release/finish";
import { replaceInPlace } from "./release/inPlace";
import { runJobs } from "./release/jobs";
import { mend } from "./release/mend";
import { ensureSwitchImage, pullAll, view, type Credentials, type View } from "./release/prepare";
import { recover } from "./release/recover";
import { soak } from "./release/soak";
import { bringUpSwitches } from "./release/switches";
import { SwitchBoard } from "./release/switchBoard";
import { moveTraffic, replaceSwitches } from "./release/traffic";
import { UndoStack } from "./release/undo";
import type { Report } from "./report";
import { stateOf } from "./state/live";
import { interrupted } from "./wait";

export interface DeployOptions {
  readonly report: Report;
  /** Aborting undoes the release and frees the lock within seconds. */
  readonly signal: AbortSignal;
  readonly credentials: Credentials;
  /**
   * Called before anything is brought to the host or changed there, with the names of the services
   * that will be started; the others run the release's images already. Throwing stops the release.
   * Default: nothing is verified.
   */
  readonly verify?: (services: readonly string[]) => Promise<void>;
  /** Folder that relative directory binds count from. Default: the working directory. */
  readonly projectFolder?: string;
}

/** What runs after a release. */
export interface HostState {
  readonly state: Readonly<Record<string, HostService>>;
  readonly generation: number;
}

/** No release takes longer; a lock older than this is abandoned. */
const DEADLINE_SECONDS = 3_600;

/** What a deploy would do, and what a person should know before it. Writes nothing on the host. */
export async function planRelease(
  inputs: ComposeHostInputs,
  connection: HostConnection,
): Promise<ReleasePlan> {
  const { desired, host } = await view(connection, inputs, modelOf(inputs));
  return plan(desired, host);
}

/**
 * Brings the host to the release, all or nothing: it returns when the new release is healthy, switched
 * and drained. On a failure before the switch the new containers are removed and nothing has changed; on
 * one in the soak traffic moves back. With nothing to do it writes nothing.
 * @throws UserError of the step that failed, with what was undone
 */
export async function deployRelease(
  inputs: ComposeHostInputs,
  connection: HostConnection,
  options: DeployOptions,
): Promise<HostState> {
  const model = modelOf(inputs);
  const before = await view(connection, inputs, model);
  const planned = plan(before.desired, before.host);
  if (!planned.changes && !before.host.locked) return stateOf(before.desired, before.host);
  await options.verify?.(startedBy(planned));
  const deadline = AbortSignal.timeout(DEADLINE_SECONDS * 1000);
  const signal = AbortSignal.any([options.signal, deadline]);
  // Each service of a release waits on it at once: many listeners are no leak here.
  setMaxListeners(0, signal);
  const conduct = { report: options.report, signal };
  const { project } = inputs.host;
  const switchImage = await ensureSwitchImage(connection, inputs, options.credentials, conduct);
  const lock = await acquireLock(connection.docker, {
    project,
    image: switchImage,
    deadlineSeconds: DEADLINE_SECONDS,
    report: options.report,
  });
  try {
    const current = await prepare(inputs, model, connection, { ...options, signal });
    await run(inputs, model, connection, { ...options, signal }, { ...current, switchImage, lock });
  } catch (error) {
    // What went wrong first is what counts; a lock that cannot be freed is taken over later.
    await lock.release().catch(() => undefined);
    throw error;
  }
  await lock.release();
  const after = await view(connection, inputs, model);
  return stateOf(after.desired, after.host);
}

/** Services that get a container of this release. */
function startedBy({ services }: ReleasePlan): string[] {
  return services
    .filter(({ action }) => action !== "keep" && action !== "remove")
    .map(({ name }) => name);
}

/** Prunes, pulls and looks again: after it every image is on the host and every digest is known. */
async function prepare(
  inputs: ComposeHostInputs,
  model: ComposeModel,
  connection: HostConnection,
  options: DeployOptions,
): Promise<View> {
  const { docker } = connection;
  const seen = await view(connection, inputs, model);
  // The record that this release adds counts too.
  const keep = Math.max(1, inputs.rollout.keepReleases);
  const needed = Object.values(seen.desired.services).flatMap(({ pinned }) => pinned ?? []);
  await pruneReleases(docker, inputs.host.project, seen.host.records, keep, needed);
  const pulled = await pullAll(connection, inputs, seen, options.credentials, options);
  return pulled.length === 0 ? seen : view(connection, inputs, model);
}

interface Start extends View {
  readonly switchImage: string;
  readonly lock: Lock;
}

async function run(
  inputs: ComposeHostInputs,
  model: ComposeModel,
  connection: HostConnection,
  options: DeployOptions,
  { desired, host, switchImage, lock }: Start,
): Promise<void> {
  const { docker } = connection;
  const release: Release = {
    connection,
    docker,
    inputs,
    model,
    desired,
    host,
    plan: plan(desired, host),
    switchImage,
    projectFolder: options.projectFolder ?? process.cwd(),
    report: options.report,
    signal: options.signal,
    undo: new UndoStack(),
    switches: new SwitchBoard(docker, desired.project, host.switches),
  };
  try {
    await steps(release, lock.takenOver);
  } catch (error) {
    throw await undone(release, error);
  } finally {
    await release.switches.close();
  }
}

async function steps(release: Release, afterDeadOne: boolean): Promise<void> {
  const began = Date.now();
  await recover(release, afterDeadOne);
  await checkRoom(release);
  await bringUpSwitches(release);
  await mend(release);
  await runJobs(release);
  const gated = await startBeside(release);
  await replaceInPlace(release);
  await moveTraffic(release, gated);
  await replaceSwitches(release);
  await soak(release);
  release.undo.clear();
  await retireOld(release);
  const { generation, version } = await record(release);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  release.report(`${version} is live as generation ${generation} after ${seconds} s`, false);
}

async function undone(release: Release, error: unknown): Promise<unknown> {
  const faults = await release.undo.run(release.report);
  const cause = release.signal.aborted ? interrupted() : error;
  const before =
    release.host.containers.length === 0
      ? "nothing runs, as before"
      : "what served before serves on";
  const tail =
    faults.length === 0
      ? `The release was undone: ${before}. Mend the cause and run again.`
      : `Not all could be undone; the next run finishes it:\n  ${faults.join("\n  ")}`;
  const code = cause instanceof UserError ? cause.code : "rollout-failed";
  return new UserError(`${messageOf(cause)}\n${tail}`, code, { cause });
}

function modelOf(inputs: ComposeHostInputs): ComposeModel {
  // lib/compose wrote it; the provider's check refuses anything else.
  return JSON.parse(inputs.model) as ComposeModel;
}
