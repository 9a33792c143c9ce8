import { compact, isObject, listOf, objectOf, textOf, without } from "./json";
import type { ComposeModel, Json, JsonObject } from "./model";
import type { Colour } from "./names";

/** What a container's service is rendered from. */
export interface ColourOptions {
  readonly model: ComposeModel;
  readonly name: string;
  /** undefined: replaced in place, so that it keeps its name, ports and aliases. */
  readonly colour: Colour | undefined;
  /** true: a switch has the name, the aliases, the static addresses and the published ports. */
  readonly fronted: boolean;
  /** Reference by digest; already on the host. */
  readonly image: string;
  /** Ours, beside the user's. */
  readonly labels: Readonly<Record<string, string>>;
  /** Rendered names of the services that run under another one; for namespaces that name services. */
  readonly renderedNames?: Readonly<Record<string, string>>;
}

/** Keys that do not reach the host: we order, build, select and pull ourselves. */
const LEFT_OUT = ["build", "depends_on", "develop", "env_file", "image", "profiles", "pull_policy"];
/** What a network attachment may keep where two colours share it: no name and no address. */
const SHARED_NETWORK_KEYS = ["driver_opts", "gw_priority", "priority"];

/**
 * The Compose service that runs one colour (or the service in place): pinned to a digest, never
 * pulled by Compose, without what the switch carries. Colours without a switch both answer to the
 * service's name while they overlap.
 * @throws Error where the model has no such service: a fault of the caller
 */
export function renderColour(options: ColourOptions): JsonObject {
  const service = options.model.services[options.name];
  if (service === undefined) throw new Error(`the model has no service ${options.name}`);
  const { definition } = service;
  const rename = (name: string): string => options.renderedNames?.[name] ?? name;
  const extensions = Object.keys(definition).filter((key) => key.startsWith("x-"));
  const replaced = ["ports", "networks", "links", "labels"];
  const links = linksOf(definition, rename);
  return {
    ...without(definition, [...LEFT_OUT, ...extensions, ...replaced]),
    ...namespaces(definition, rename),
    ...compact({
      ports: options.fronted ? undefined : definition.ports,
      networks: networksOf(options, definition.networks),
      links: links.length === 0 ? undefined : links,
    }),
    image: options.image,
    pull_policy: "never",
    labels: { ...objectOf(definition.labels), ...options.labels },
  };
}

function networksOf(options: ColourOptions, networks: Json | undefined): Json | undefined {
  if (options.colour === undefined || !isObject(networks)) return networks;
  const entries = Object.entries(networks).map(([key, value]): [string, Json] => {
    if (options.fronted) return [key, keep(objectOf(value), SHARED_NETWORK_KEYS)];
    const attachment = objectOf(value);
    const aliases = [options.name, ...listOf(attachment.aliases)];
    return [key, { ...attachment, aliases: [...new Set(aliases)] }];
  });
  return Object.fromEntries(entries);
}

/** `network_mode`, `ipc`, `pid` and `volumes_from` name a container's service, so they follow it. */
function namespaces(definition: JsonObject, rename: (name: string) => string): JsonObject {
  const follow = (value: Json | undefined): Json | undefined =>
    typeof value === "string" && value.startsWith("service:")
      ? `service:${rename(value.slice("service:".length))}`
      : value;
  const from = listOf(definition.volumes_from).map((entry) => {
    const [name = "", ...rest] = (textOf(entry) ?? "").split(":");
    return name === "container" ? entry : [rename(name), ...rest].join(":");
  });
  return compact({
    network_mode: follow(definition.network_mode),
    ipc: follow(definition.ipc),
    pid: follow(definition.pid),
    volumes_from: from.length === 0 ? undefined : from,
  });
}

/**
 * Links to the containers of services in place. A link to a service under another name is left
 * out: its switch answers to the name (a link that renames it is refused at load).
 */
function linksOf(definition: JsonObject, rename: (name: string) => string): Json[] {
  return listOf(definition.links).filter((entry) => {
    const [name = ""] = (textOf(entry) ?? "").split(":");
    return rename(name) === name;
  });
}

/** The definition's keys that are kept, or null where none is left: Compose's "just join it". */
function keep(object: JsonObject, keys: readonly string[]): Json {
  const kept = Object.entries(object).filter(([key]) => keys.includes(key));
  return kept.length === 0 ? null : Object.fromEntries(kept);
}
