import { hexDigestOf } from "../../oci/digest";
import { canonicalJson } from "../../oci/canonicalJson";
import { serviceFacts } from "../../compose/facts";
import { specHash } from "../../compose/hash";
import { objectOf, textOf } from "../../compose/json";
import type { ComposeModel, JsonObject, ServiceFacts } from "../../compose/model";
import { UserError } from "../../errors";
import type { ComposeHostInputs, ReleaseImage } from "../../resources/composeHost";
import type { DesiredRelease, DesiredService } from "../plan/types";
import { switchDefinition } from "../release/render";
import { renderSwitchConfig } from "../switch/config";
import { activeColour, coloured, type ObservedHost, type ObservedImage } from "./observed";

/** Names of the services to deploy. */
export function selectedServices(inputs: ComposeHostInputs, model: ComposeModel): string[] {
  const all = Object.keys(model.services).sort();
  return inputs.services === undefined
    ? all
    : all.filter((name) => inputs.services?.includes(name) === true);
}

/**
 * What is to run, from the inputs and what is known of the images.
 * @throws UserError `no-platform` where an image of ours has none for the host,
 *   `volume-overlap` where start-first would give one read-write volume to two containers
 */
export function desiredRelease(
  inputs: ComposeHostInputs,
  model: ComposeModel,
  host: ObservedHost,
  platform: string,
): DesiredRelease {
  const names = selectedServices(inputs, model);
  return {
    project: inputs.host.project,
    version: inputs.version,
    ...(inputs.revision === undefined ? {} : { revision: inputs.revision }),
    services: Object.fromEntries(
      names.map((name) => [name, desiredService(name, inputs, model, host, platform)]),
    ),
    partial: names.length < Object.keys(model.services).length,
    drainSeconds: inputs.rollout.drainSeconds,
  };
}

function desiredService(
  name: string,
  inputs: ComposeHostInputs,
  model: ComposeModel,
  host: ObservedHost,
  platform: string,
): DesiredService {
  const service = model.services[name];
  if (service === undefined) throw new Error(`the model has no service ${name}`);
  const { definition } = service;
  const image = imageOf(name, inputs, service.definition, service.ours, host, platform);
  const live = coloured(host, name, activeColour(host, name))[0];
  // Until the new image is on the host, the one that runs tells its ports and its health check.
  const known =
    (image.pinned === undefined ? undefined : host.images[image.pinned]) ??
    (live === undefined ? undefined : host.images[live.image]);
  const facts = serviceFacts(name, model, known?.exposed, known?.health);
  refuseOverlap(facts, definition, inputs);
  return {
    facts,
    spec: image.digest === undefined ? undefined : specHash(service, model, image.digest),
    configuration: specHash(service, model, ""),
    digest: image.digest,
    pinned: image.pinned,
    ...(image.reference === undefined ? {} : { reference: image.reference }),
    restartPolicy: restartPolicyOf(definition),
    networkNames: facts.networks.map((key) => textOf(objectOf(model.networks[key]).name) ?? key),
    follows: followed(definition),
    switchSpec: facts.fronted ? switchSpecOf(model, facts, inputs.switchImage) : undefined,
  };
}

interface WantedImage {
  readonly digest: string | undefined;
  readonly pinned: string | undefined;
  readonly reference?: string;
}

function imageOf(
  name: string,
  inputs: ComposeHostInputs,
  definition: JsonObject,
  ours: boolean,
  host: ObservedHost,
  platform: string,
): WantedImage {
  const own = inputs.images[name];
  if (ours) {
    // A preview plans before the image is built.
    if (own === undefined) return { digest: undefined, pinned: undefined };
    const digest = platformDigest(name, own, platform);
    return { digest, pinned: `${own.repository}@${digest}` };
  }
  const reference = textOf(definition.image) ?? "";
  const live = coloured(host, name, activeColour(host, name))[0];
  const asksAgain = definition.pull_policy === "always" && live?.version !== inputs.version;
  if (live?.reference === reference && live.digest !== undefined && !asksAgain) {
    return { digest: live.digest, pinned: live.image, reference };
  }
  const local: ObservedImage | undefined = host.images[reference];
  return { digest: local?.digest, pinned: local?.pinned, reference };
}

/** Digest of the manifest for the host's platform; a variant (`linux/arm64/v8`) counts as its platform. */
function platformDigest(name: string, image: ReleaseImage, platform: string): string {
  const found =
    image.platforms.find((entry) => entry.platform === platform) ??
    image.platforms.find((entry) => entry.platform.startsWith(`${platform}/`));
  if (found !== undefined) return found.digest;
  const have = image.platforms.map((entry) => entry.platform).join(", ");
  throw new UserError(
    `${name}: the host is ${platform} and the image ${image.repository}@${image.digest} is for ${have}; ` +
      `add ${platform} to \`platforms\` and publish a new version`,
    "no-platform",
  );
}

/** Two containers that write to one volume damage it; start-first runs two. */
function refuseOverlap(
  facts: ServiceFacts,
  definition: JsonObject,
  inputs: ComposeHostInputs,
): void {
  if (facts.strategy !== "start-first" || inputs.rollout.allowVolumeOverlap) return;
  const volumes = (definition.volumes ?? []) as readonly JsonObject[];
  const shared = volumes.find(
    ({ type, source, read_only }) =>
      type === "volume" && typeof source === "string" && read_only !== true,
  );
  if (shared === undefined) return;
  throw new UserError(
    `${facts.name}: start-first would run two containers on the volume ${textOf(shared.source) ?? ""}; ` +
      "use `order: stop-first` (with `x-hold: true` its requests wait), mount it read-only, or set " +
      "`rollout.allowVolumeOverlap: true`",
    "volume-overlap",
  );
}

/** Docker's name of the restart policy, with the retries of `on-failure:3`. */
function restartPolicyOf(definition: JsonObject): string {
  const restart = textOf(definition.restart);
  if (restart !== undefined && restart !== "") return restart;
  const policy = objectOf(objectOf(definition.deploy).restart_policy);
  const condition = textOf(policy.condition);
  if (condition === undefined && Object.keys(policy).length === 0) return "no";
  if (condition === "none") return "no";
  if (condition === "on-failure") {
    const attempts = textOf(policy.max_attempts);
    return attempts === undefined ? "on-failure" : `on-failure:${attempts}`;
  }
  return "always";
}

/** Services whose containers this one lives in: it goes where they go. */
function followed(definition: JsonObject): string[] {
  const namespaces = [definition.network_mode, definition.ipc, definition.pid]
    .map((value) => /^service:(.+)$/.exec(textOf(value) ?? "")?.[1])
    .filter((name) => name !== undefined);
  const from = ((definition.volumes_from ?? []) as readonly string[])
    .filter((entry) => !entry.startsWith("container:"))
    .map((entry) => entry.split(":")[0] ?? entry);
  return [...new Set([...namespaces, ...from])];
}

/** Hash over a switch's definition and the rules in its file, with the colours' state left out. */
function switchSpecOf(model: ComposeModel, facts: ServiceFacts, image: string): string {
  const rules = renderSwitchConfig({
    service: facts.name,
    active: undefined,
    slots: 1,
    ports: facts.ports,
    hold: facts.strategy === "hold",
  });
  return hexDigestOf(canonicalJson({ definition: switchDefinition(model, facts, image), rules }));
}
