import { compact, isList, isObject, objectOf, without } from "./json";
import type { Json, JsonObject } from "./model";

/** A project as Compose normalised it, before contents are put in. */
export interface Project {
  /** With `build`, without what has no value. */
  readonly services: Readonly<Record<string, JsonObject>>;
  readonly networks: JsonObject;
  readonly volumes: JsonObject;
  readonly configs: JsonObject;
  readonly secrets: JsonObject;
}

/**
 * Takes what differs between versions of Compose out of its result: keys without a value, and
 * defaults that only some of them print. A bare
 * environment name that nothing sets goes too, or it would be looked up again in the environment
 * of each later run. Services keep `depends_on` only for what is there or required.
 */
export function projectOf(config: JsonObject): Project {
  const given = objectOf(config.services);
  const services = Object.entries(given).map(([name, value]): [string, JsonObject] => [
    name,
    serviceOf(objectOf(value), given),
  ]);
  return {
    services: Object.fromEntries(services),
    networks: objectOf(config.networks),
    volumes: objectOf(config.volumes),
    configs: objectOf(config.configs),
    secrets: objectOf(config.secrets),
  };
}

function serviceOf(given: JsonObject, services: JsonObject): JsonObject {
  const { environment, depends_on: dependsOn, volumes } = given;
  const rest = without(given, ["environment", "depends_on", "env_file", "volumes"]);
  return withoutNull({
    ...rest,
    ...compact({
      environment: isObject(environment) ? withoutNull(environment) : undefined,
      depends_on: isObject(dependsOn) ? dependencies(dependsOn, services) : undefined,
      volumes: isList(volumes) ? volumes.map(mount) : undefined,
    }),
  });
}

/** Compose 2 prints `create_host_path` where it is true, Compose 5 where it is false; true is the default. */
function mount(given: Json): Json {
  const entry = objectOf(given);
  if (entry.type !== "bind") return given;
  return { ...entry, bind: { create_host_path: true, ...objectOf(entry.bind) } };
}

function dependencies(given: JsonObject, services: JsonObject): JsonObject {
  const entries = Object.entries(given).filter(
    ([name, value]) => Object.hasOwn(services, name) || objectOf(value).required !== false,
  );
  return Object.fromEntries(entries);
}

function withoutNull(object: JsonObject): JsonObject {
  const entries = Object.entries(object).filter((entry): entry is [string, Json] => {
    return entry[1] !== null;
  });
  return Object.fromEntries(entries);
}
