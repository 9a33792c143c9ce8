import type { ComposeModel, Json, JsonObject } from "../../compose/model";
import { without } from "../../compose/json";
import { renderedName, switchName } from "../../compose/names";
import { renderColour } from "../../compose/renderColour";
import { renderFile, secretEnvironment } from "../../compose/renderFile";
import { renderSwitch, SWITCH_CONFIG_DIRECTORY } from "../../compose/renderSwitch";
import { composeUp } from "../docker/compose";
import { LABEL, switchVolume, type Colour } from "../labels";
import type { DesiredService } from "../plan/types";
import { coloured, type ObservedContainer, type ObservedHost } from "../state/observed";
import { stopsBefore, type Release, type Task } from "./context";

/** Key of a switch's volume in a rendered file. */
const CONFIG_VOLUME = "switch-config";

export interface Rendering {
  readonly services: Record<string, JsonObject>;
  readonly extraVolumes: Record<string, Json>;
}

/** Adds the new colour of a task. */
export function addColour(release: Release, task: Task, rendering: Rendering): string {
  const { planned, desired } = task;
  const name = renderedName(planned.name, planned.to);
  const definition = renderColour({
    model: release.model,
    name: planned.name,
    colour: planned.to,
    fronted: desired.facts.fronted,
    image: desired.pinned ?? "",
    labels: colourLabels(release, desired, planned.to),
    renderedNames: renderedNames(release),
  });
  const carried = stopsBefore(task) ? carriedVolumes(release.host, task) : {};
  Object.values(carried).forEach((volume) => {
    rendering.extraVolumes[volume] = { name: volume, external: true };
  });
  rendering.services[name] = withVolumes(definition, carried);
  return name;
}

/** Adds the colour that serves, as it was made: what is missing of it comes back the same. */
export function addServing(
  release: Release,
  { planned, desired }: Task,
  sibling: ObservedContainer,
  rendering: Rendering,
): string {
  const name = renderedName(planned.name, planned.to);
  rendering.services[name] = renderColour({
    model: release.model,
    name: planned.name,
    colour: planned.to,
    fronted: desired.facts.fronted,
    image: sibling.image,
    labels: {
      ...colourLabels(release, desired, planned.to),
      ...(sibling.version === undefined ? {} : { [LABEL.version]: sibling.version }),
      ...(sibling.generation === undefined ? {} : { [LABEL.generation]: `${sibling.generation}` }),
    },
    renderedNames: renderedNames(release),
  });
  return name;
}

/**
 * Adds the switch of a service.
 * @param limits false: without the limits that this host does not grant
 */
export function addSwitch(
  release: Release,
  desired: DesiredService,
  rendering: Rendering,
  limits: boolean,
): string {
  const { name } = desired.facts;
  const volume = `${name}-${CONFIG_VOLUME}`;
  rendering.extraVolumes[volume] = {
    name: switchVolume(release.desired.project, name),
    external: true,
  };
  const definition = switchDefinition(release.model, desired.facts, release.switchImage);
  rendering.services[switchName(name)] = {
    ...(limits ? definition : without(definition, ["oom_score_adj", "ulimits"])),
    labels: {
      [LABEL.project]: release.desired.project,
      [LABEL.role]: "switch",
      [LABEL.service]: name,
      [LABEL.spec]: desired.switchSpec ?? "",
    },
  };
  return switchName(name);
}

/** The switch's own definition, without labels. */
export function switchDefinition(
  model: ComposeModel,
  facts: DesiredService["facts"],
  image: string,
): JsonObject {
  return {
    ...renderSwitch({
      model,
      facts,
      image,
      configVolume: `${facts.name}-${CONFIG_VOLUME}`,
      labels: {},
    }),
    // The official image's own entry point would add a master process (rule 2).
    entrypoint: ["haproxy"],
    command: ["-db", "-f", `${SWITCH_CONFIG_DIRECTORY}/haproxy.cfg`],
  };
}

/** Creates and starts what was rendered. `names` absent: all of it. */
export async function up(
  release: Release,
  rendering: Rendering,
  names: readonly string[] = Object.keys(rendering.services),
): Promise<void> {
  if (names.length === 0) return;
  const model = withExisting(release.model, release.host);
  await composeUp(
    {
      connection: release.connection,
      project: release.desired.project,
      projectFolder: release.projectFolder,
      file: renderFile(model, rendering.services, rendering.extraVolumes),
      environment: secretEnvironment(model, rendering.services),
      signal: release.signal,
      limitSeconds: UP_LIMIT_SECONDS,
    },
    names,
  );
}

const UP_LIMIT_SECONDS = 300;

function colourLabels(
  release: Release,
  service: DesiredService,
  colour: Colour,
): Record<string, string> {
  return {
    [LABEL.project]: release.desired.project,
    [LABEL.role]: "colour",
    [LABEL.service]: service.facts.name,
    [LABEL.colour]: colour,
    [LABEL.spec]: service.spec ?? "",
    [LABEL.configuration]: service.configuration,
    [LABEL.version]: release.desired.version,
    [LABEL.generation]: String(release.plan.generation),
    [LABEL.digest]: service.digest ?? "",
    ...(service.reference === undefined ? {} : { [LABEL.reference]: service.reference }),
  };
}

/** `network_mode: service:web` and its like name services: they follow the colour that will serve. */
function renderedNames(release: Release): Record<string, string> {
  return Object.fromEntries(
    release.plan.services.map(({ name, to }) => [name, renderedName(name, to)]),
  );
}

/**
 * Networks and volumes that exist are used as they are: Compose would otherwise warn of another
 * project's, and newer ones would make a changed network anew under running containers.
 */
function withExisting(model: ComposeModel, host: ObservedHost): ComposeModel {
  const external = (entries: JsonObject, existing: ReadonlySet<string>): JsonObject =>
    Object.fromEntries(
      Object.entries(entries).map(([key, value]) => {
        const name = (value as { name?: string } | null)?.name ?? key;
        return [key, existing.has(name) ? { name, external: true } : value];
      }),
    );
  return {
    ...model,
    networks: external(model.networks, host.networks),
    volumes: external(model.volumes, host.volumes),
  };
}

/** Volumes that nobody named hold data all the same: the one that comes next gets them. */
function carriedVolumes(host: ObservedHost, { planned, desired }: Task): Record<string, string> {
  if (desired.facts.replicas !== 1) return {};
  const old =
    coloured(host, planned.name, planned.from)[0] ??
    host.containers.find(({ id }) => planned.plain.includes(id));
  return { ...old?.anonymousVolumes };
}

function withVolumes(definition: JsonObject, carried: Record<string, string>): JsonObject {
  const targets = Object.keys(carried);
  if (targets.length === 0) return definition;
  const own = (definition.volumes ?? []) as readonly { target?: string }[];
  return {
    ...definition,
    volumes: [
      ...(own.filter(({ target }) => !targets.includes(target ?? "")) as Json[]),
      ...Object.entries(carried).map(([target, source]) => ({ type: "volume", source, target })),
    ],
  };
}
