import { existsSync } from "node:fs";
import path from "node:path";
import type { Finding } from "../errors";
import { run as runProcess, type Run } from "../process/run";
import { inlineBinds } from "./binds";
import { buildSpecs } from "./builds";
import { checkDeploy } from "./checks/deploy";
import { checkHostPorts } from "./checks/ports";
import { checkLinks, checkReferences } from "./checks/references";
import { checkRelease } from "./checks/release";
import { checkVersionVariables } from "./checks/versionVariables";
import { resolveVariables, type ConfigOptions } from "./configCommand";
import { inlineSources, sourceVariables, withModes, type Inlined } from "./contents";
import { Report, type CheckContext } from "./context";
import { serviceFacts } from "./facts";
import { sourceNames } from "./hash";
import { without } from "./json";
import type { BuildSpec, ComposeModel, JsonObject, ServiceModel } from "./model";
import { readProject } from "./readProject";
import { readSources } from "./source";

/** Which Compose project is loaded, and for which host. */
export interface LoadOptions {
  /** Paths in the files count from it, and its `.env` is read. */
  readonly projectDirectory: string;
  /** Compose files, merged in order. */
  readonly files: readonly string[];
  /** Compose project name; pins the names of networks and volumes. Default: Compose's own rule. */
  readonly project?: string;
  /**
   * Variables of the interpolation; they win over the shell's, which win over env files and `.env`.
   * DOCKER_REGISTRY, VERSION and GIT_SHA come in here. They reach our services' images alone, which
   * the release replaces: elsewhere they are findings, so that an unchanged service stays unchanged.
   * `COMPOSE_PROFILES` switches profiles on.
   */
  readonly variables: Readonly<Record<string, string>>;
  /** More env files, after `.env`. */
  readonly envFiles: readonly string[];
  /** Build only these. The model has all, so that the others are known. Default: all. */
  readonly services?: readonly string[];
  /** true: the host is another machine, so no path of this one may be bound. */
  readonly remoteHost: boolean;
  /** Config `rollout.allowVolumeOverlap`. Default: false. */
  readonly allowVolumeOverlap?: boolean;
  readonly run?: Run;
}

/** A project as it is to run. With errors, model and builds are incomplete and must not be used. */
export interface LoadedCompose {
  readonly model: ComposeModel;
  readonly builds: Readonly<Record<string, BuildSpec>>;
  /** Every service with a `build`, deployed by this run or not: their repositories stay declared. */
  readonly ours: readonly string[];
  readonly findings: { readonly errors: readonly Finding[]; readonly warnings: readonly Finding[] };
}

const EMPTY_MODEL: ComposeModel = {
  services: {},
  networks: {},
  volumes: {},
  configs: {},
  secrets: {},
};

/**
 * Reads Compose files as `docker compose` does, and reports all that is wrong with them or will not
 * do what it seems to, at once, with file and line. Services behind inactive profiles are left out.
 * @throws UserError `program-missing`, `compose-missing` where Compose cannot be run;
 *   faults of the files are findings
 */
export async function loadCompose(options: LoadOptions): Promise<LoadedCompose> {
  const projectDirectory = path.resolve(options.projectDirectory);
  const { sources, errors } = readSources(projectDirectory, options.files);
  const missing = options.envFiles.filter(
    (file) => !existsSync(path.resolve(projectDirectory, file)),
  );
  const unread = missing.map((file) => ({
    at: file,
    message: "env file does not exist; create it, or correct `host.envFiles`",
  }));
  if (errors.length + unread.length > 0) {
    return failed({ errors: [...errors, ...unread], warnings: [] });
  }

  const config: ConfigOptions = {
    projectDirectory,
    envFiles: options.envFiles.map((file) => path.resolve(projectDirectory, file)),
    variables: options.variables,
    run: options.run ?? runProcess,
    ...(options.project === undefined ? {} : { project: options.project }),
  };
  const report = new Report(sources);
  const project = await readProject(config, sources, report);
  if (project === undefined) return failed(report.findings());
  const context: CheckContext = {
    projectDirectory,
    sources,
    project,
    remoteHost: options.remoteHost,
    allowVolumeOverlap: options.allowVolumeOverlap === true,
    report,
  };
  const wanted = wantedServices(context, options.services);
  const builds = buildSpecs(context, wanted);
  const model = modelOf(context, await resolveVariables(config, sourceVariables(context)));
  check(context, model);
  const ours = Object.entries(project.services).flatMap(([name, { build }]) =>
    build === undefined ? [] : [name],
  );
  return { model, builds, ours: ours.sort(), findings: report.findings() };
}

function wantedServices(
  { project, report }: CheckContext,
  services: readonly string[] | undefined,
): ReadonlySet<string> {
  const known = Object.keys(project.services).sort();
  for (const name of services ?? []) {
    if (known.includes(name)) continue;
    report.error(
      ["services"],
      `service \`${name}\` of config \`services\` is not defined or its profile is off; there are ${known.join(", ")}`,
    );
  }
  return new Set(services ?? known);
}

function modelOf(context: CheckContext, variables: Readonly<Record<string, string>>): ComposeModel {
  const configs = inlineSources(context, "configs", variables);
  const secrets = inlineSources(context, "secrets", variables);
  const bound: Record<string, JsonObject[string]> = {};
  const services = Object.entries(context.project.services).map(
    ([name, given]): [string, ServiceModel] => {
      const moded = withModes(withModes(given, "configs", configs), "secrets", secrets);
      const files = inlineBinds(context, name, moded);
      Object.assign(bound, files.configs);
      const ours = given.build !== undefined;
      const definition = without(files.definition, ours ? ["build", "image"] : ["build"]);
      const contents = {
        ...hashesOf("config", sourceNames(given, "configs"), configs),
        ...hashesOf("secret", sourceNames(given, "secrets"), secrets),
        ...files.contents,
      };
      return [name, { definition, ours, contents }];
    },
  );
  const { networks, volumes } = context.project;
  return {
    services: Object.fromEntries(services),
    networks,
    volumes,
    configs: { ...definitionsOf(configs), ...bound },
    secrets: definitionsOf(secrets),
  };
}

function check(context: CheckContext, model: ComposeModel): void {
  checkReferences(context);
  const facts = Object.keys(model.services).map((name) => serviceFacts(name, model));
  const switched = new Set(
    facts
      .filter(({ strategy }) => strategy === "start-first" || strategy === "hold")
      .map(({ name }) => name),
  );
  checkHostPorts(context, switched);
  checkLinks(context, switched);
  checkDeploy(context);
  checkVersionVariables(context);
  for (const fact of facts) {
    const definition = context.project.services[fact.name];
    if (definition !== undefined) checkRelease({ context, definition, facts: fact });
  }
}

function hashesOf(
  noun: string,
  names: readonly string[],
  inlined: Readonly<Record<string, Inlined>>,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const hash = inlined[name]?.hash;
      return hash === undefined ? [] : [[`${noun}:${name}`, hash] as const];
    }),
  );
}

function definitionsOf(inlined: Readonly<Record<string, Inlined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(inlined).map(([name, { definition }]) => [name, definition]),
  );
}

function failed(findings: LoadedCompose["findings"]): LoadedCompose {
  return { model: EMPTY_MODEL, builds: {}, ours: [], findings };
}
