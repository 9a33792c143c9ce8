import { canonicalJson } from "../oci/canonicalJson";
import { hexDigestOf } from "../oci/digest";
import { listOf, objectOf, textOf, without } from "./json";
import type { ComposeModel, JsonObject, ServiceModel } from "./model";

/**
 * Keys that do not change what runs in the container: labels and annotations, the image reference
 * (its digest counts), and what only orders, selects or builds. `x-` keys are left out too.
 */
const NOT_COUNTED = [
  "annotations",
  "attach",
  "build",
  "depends_on",
  "develop",
  "image",
  "labels",
  "platform",
  "profiles",
  "pull_policy",
];
const DEPLOY_NOT_COUNTED = ["labels", "rollback_config", "update_config"];

/**
 * sha256 (64 hex characters) of all that makes a container what it is: the definition, the content
 * of configs, secrets and bound files, the definitions of what it names, and the image's digest.
 * A label or annotation alone never changes it (an own hash, because Compose's includes labels and
 * lacks contents; docker/compose#9600, #11900).
 * @param imageDigest `sha256:…` of the host's platform manifest
 */
export function specHash(service: ServiceModel, model: ComposeModel, imageDigest: string): string {
  return hexDigestOf(
    canonicalJson({
      image: imageDigest,
      definition: countedDefinition(service.definition),
      contents: service.contents,
      networks: pick(model.networks, Object.keys(objectOf(service.definition.networks))),
      volumes: pick(model.volumes, volumeNames(service.definition)),
    }),
  );
}

/** Keys of the top-level `volumes` that a service mounts. */
export function volumeNames(definition: JsonObject): string[] {
  return listOf(definition.volumes).flatMap((entry) => {
    const { type, source } = objectOf(entry);
    return type === "volume" && typeof source === "string" ? [source] : [];
  });
}

/** Names that a service's `configs` or `secrets` refer to. */
export function sourceNames(definition: JsonObject, kind: "configs" | "secrets"): string[] {
  return listOf(definition[kind]).flatMap((entry) => {
    const source = textOf(objectOf(entry).source);
    return source === undefined ? [] : [source];
  });
}

/** The entries of the object whose key is named. */
export function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)));
}

function countedDefinition(definition: JsonObject): JsonObject {
  const extensions = Object.keys(definition).filter((key) => key.startsWith("x-"));
  const counted = without(definition, [...NOT_COUNTED, ...extensions]);
  const deploy = without(objectOf(definition.deploy), DEPLOY_NOT_COUNTED);
  return { ...without(counted, ["deploy"]), ...(isEmpty(deploy) ? {} : { deploy }) };
}

function isEmpty(object: JsonObject): boolean {
  return Object.keys(object).length === 0;
}
