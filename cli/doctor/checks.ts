import { UserError } from "../../lib/errors";
import type { Run } from "../../lib/process/run";
import { loadCompose, type LoadedCompose } from "../../lib/compose";
import { composeOptions } from "../../lib/settings/composeOptions";
import type { Settings } from "../../lib/settings/settings";
import {
  askDaemon,
  buildablePlatforms,
  buildHosts,
  daemonFinding,
  platformFinding,
  type Answer,
  type DaemonInfo,
} from "./builds";
import { ok, Unknown, worstOf, type Check } from "./check";
import { diskFinding } from "./disk";
import { askHost, composeFinding, registryFinding, sourceFinding } from "./release";
import { secretsFinding } from "./secrets";
import { supplyChainFinding } from "./supplyChain";
import { toolChecks } from "./tools";

export interface CheckInputs {
  /** The project's folder. */
  readonly folder: string;
  readonly settings: () => Promise<Settings>;
  readonly run: Run;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the work that several checks share. */
  readonly signal: AbortSignal;
}

/** Everything that `pulumi up` needs, in the order in which it is best mended. */
export function allChecks(inputs: CheckInputs): readonly Check[] {
  const { folder, run, env } = inputs;
  const settings = once(inputs.settings);
  const compose = once(async () =>
    loadCompose(composeOptions(await needed(settings, CONFIGURATION), folder)),
  );
  return [
    ...toolChecks(folder, env, run),
    {
      name: CONFIGURATION,
      run: async () => {
        const { release, registry } = await settings();
        return ok(`${release.version} to ${registry.endpoint.server}`);
      },
    },
    { name: COMPOSE_FILES, run: async () => composeFinding(await compose()) },
    ...buildChecks(inputs, settings),
    ...placeChecks(inputs, settings, compose),
  ];
}

const CONFIGURATION = "configuration";
const COMPOSE_FILES = "compose files";

/** What builds need on this machine and on the configuration's builders. */
function buildChecks({ folder, run }: CheckInputs, settings: () => Promise<Settings>): Check[] {
  const hosts = async () => buildHosts((await needed(settings, CONFIGURATION)).build);
  return [
    {
      name: "build daemon",
      run: async (signal) => {
        const found = (await hosts()).map(async (host) =>
          daemonFinding(host, await askDaemon(host.address, run, signal)),
        );
        return worstOf(await Promise.all(found));
      },
    },
    {
      name: "platforms",
      run: async (signal) => {
        const found = (await hosts()).map(async (host) =>
          platformFinding(host, await buildablePlatforms(host.address, run, signal)),
        );
        return worstOf(await Promise.all(found));
      },
    },
    {
      name: "disk",
      run: async (signal) => {
        const own = await askDaemon(undefined, run, signal).catch(withoutDaemon);
        const root = "value" in own ? own.value.rootFolder : undefined;
        return diskFinding([folder, ...(root === undefined ? [] : [root])]);
      },
    },
  ];
}

function withoutDaemon(): Answer<DaemonInfo> {
  return { refusal: "" };
}

/** The places that a release goes through: the source, the registry, what it is signed with, the host. */
function placeChecks(
  inputs: CheckInputs,
  settings: () => Promise<Settings>,
  compose: () => Promise<LoadedCompose>,
): Check[] {
  return [
    sourceCheck(inputs, settings, compose),
    registryCheck(settings, compose),
    ...secretChecks(inputs, settings),
    ...hostChecks(inputs, settings),
  ];
}

function sourceCheck(
  { folder }: CheckInputs,
  settings: () => Promise<Settings>,
  compose: () => Promise<LoadedCompose>,
): Check {
  return {
    name: "source",
    run: async () => {
      const [known, loaded] = await Promise.all([
        needed(settings, CONFIGURATION),
        needed(compose, COMPOSE_FILES),
      ]);
      return sourceFinding(folder, known, loaded);
    },
  };
}

function registryCheck(
  settings: () => Promise<Settings>,
  compose: () => Promise<LoadedCompose>,
): Check {
  return {
    name: "registry",
    run: async () => {
      const known = await needed(settings, CONFIGURATION);
      // A faulty Compose file hides the repositories; the logins can be told all the same.
      const services = await compose().then(
        ({ builds }) => Object.keys(builds),
        () => [],
      );
      return registryFinding(known, services);
    },
  };
}

function secretChecks({ folder, env }: CheckInputs, settings: () => Promise<Settings>): Check[] {
  return [
    {
      name: "secrets",
      run: async (limit) => secretsFinding(await needed(settings, CONFIGURATION), env, limit),
    },
    {
      name: "supply chain",
      run: async (limit) =>
        supplyChainFinding(await needed(settings, CONFIGURATION), folder, env, limit),
    },
  ];
}

function hostChecks({ signal }: CheckInputs, settings: () => Promise<Settings>): Check[] {
  const host = once(async () => askHost(await needed(settings, CONFIGURATION), signal));
  return [
    { name: "host", run: async () => (await host()).host },
    { name: "host's lock", run: async () => (await needed(host, "host")).lock },
  ];
}

/** What another check reports on its own account is not reported twice. */
async function needed<T>(ask: () => Promise<T>, check: string): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof UserError) throw new Unknown(`not checked: needs \`${check}\``);
    throw error;
  }
}

/** Asks at the first call, and hands the same answer to all. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
