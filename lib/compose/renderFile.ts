import { canonicalJson } from "../oci/canonicalJson";
import { pick, sourceNames, volumeNames } from "./hash";
import { isList, isObject, objectOf, without } from "./json";
import type { ComposeModel, Json, JsonObject } from "./model";

/**
 * The Compose file of some rendered services, as JSON with sorted keys for `docker compose
 * --project-directory FOLDER -p PROJECT -f -`: with only the networks, volumes, configs and secrets
 * that they name. FOLDER is the user's project folder: relative directory binds count from it.
 * Every `$` is escaped, since Compose interpolates again. Compose needs `secretEnvironment` in its
 * own environment.
 * @param services rendered services by their rendered names
 * @param extraVolumes top-level volumes that the user's file has not, such as the switches'
 */
export function renderFile(
  model: ComposeModel,
  services: Readonly<Record<string, JsonObject>>,
  extraVolumes: JsonObject = {},
): string {
  const used = Object.values(services);
  const networks = used.flatMap((service) => Object.keys(objectOf(service.networks)));
  const volumes = { ...model.volumes, ...extraVolumes };
  const secrets = Object.fromEntries(
    Object.entries(usedSecrets(model, services)).map(([name, secret]): [string, JsonObject] => [
      name,
      without(objectOf(secret), ["content"]),
    ]),
  );
  return canonicalJson(
    escape({
      services,
      networks: pick(model.networks, networks),
      volumes: pick(volumes, used.flatMap(volumeNames)),
      configs: pick(
        model.configs,
        used.flatMap((service) => sourceNames(service, "configs")),
      ),
      secrets,
    }),
  );
}

/**
 * Environment for the compose process that runs a rendered file. Compose reads a secret without a
 * file from its environment and copies it into the container before the start, so it is in no
 * label, no environment of the container, no argument, and in no file of ours on the host.
 * @returns secrets in clear
 */
export function secretEnvironment(
  model: ComposeModel,
  services: Readonly<Record<string, JsonObject>>,
): Readonly<Record<string, string>> {
  const entries = Object.values(usedSecrets(model, services)).flatMap((secret) => {
    const { environment, content } = objectOf(secret);
    return typeof environment === "string" && typeof content === "string"
      ? [[environment, content] as const]
      : [];
  });
  return Object.fromEntries(entries);
}

function usedSecrets(
  model: ComposeModel,
  services: Readonly<Record<string, JsonObject>>,
): JsonObject {
  const names = Object.values(services).flatMap((service) => sourceNames(service, "secrets"));
  return pick(model.secrets, names);
}

/** Doubles every `$` in values; Compose interpolates values, never keys. */
function escape(value: Json): Json {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (isList(value)) return value.map(escape);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escape(inner)]));
}
