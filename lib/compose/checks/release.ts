import { dockerfileHasHealthCheck } from "../builds";
import type { CheckContext } from "../context";
import { hasHealthCheck } from "../facts";
import { listOf, objectOf, textOf } from "../json";
import type { JsonObject, ServiceFacts } from "../model";
import { publicationsOf } from "../ports";

/** One service with what decides its release. */
export interface Released {
  readonly context: CheckContext;
  readonly definition: JsonObject;
  readonly facts: ServiceFacts;
}

/** What the way of its release forbids a service, and what its users should know about it. */
export function checkRelease(released: Released): void {
  const { facts } = released;
  checkContainerName(released);
  checkHold(released);
  if (facts.strategy === "start-first") checkStartFirst(released);
  if (facts.strategy === "start-first" || facts.strategy === "hold") checkSwitch(released);
  if (facts.strategy !== "job") checkHealth(released);
}

function checkContainerName({ context, definition, facts }: Released): void {
  const container = textOf(definition.container_name);
  if (container === undefined) return;
  const keys = ["services", facts.name, "container_name"];
  if (facts.replicas > 1) {
    context.report.error(
      keys,
      `\`container_name: ${container}\` allows one container and \`${facts.name}\` has ${facts.replicas} replicas; remove \`container_name\``,
    );
  } else if (facts.strategy === "start-first") {
    context.report.error(
      keys,
      `\`container_name: ${container}\` allows one container and start-first runs two for a moment; remove \`container_name\`, or use \`order: stop-first\``,
    );
  }
}

function checkHold({ context, definition, facts }: Released): void {
  const hold = definition["x-hold"];
  const keys = ["services", facts.name, "x-hold"];
  if (hold !== undefined && typeof hold !== "boolean") {
    context.report.error(keys, `\`x-hold\` must be true or false`);
  }
  const update = objectOf(objectOf(definition.deploy).update_config);
  if (hold === true && update.order === "start-first") {
    context.report.error(
      keys,
      "`x-hold: true` holds requests while the service is stopped, and `order: start-first` never stops it; keep one of them",
    );
  }
}

function checkStartFirst({ context, definition, facts }: Released): void {
  const { report } = context;
  const keys = ["services", facts.name];
  if (facts.ports.length === 0) {
    report.warning(
      [...keys, "deploy", "update_config", "order"],
      `\`${facts.name}\` has no port, so no switch: while they overlap, old and new both answer to its name; give \`expose\` if others call it`,
    );
  }
  const volumes = listOf(definition.volumes).map(objectOf);
  for (const { type, source, read_only: readOnly } of volumes) {
    const shared = type === "volume" && typeof source === "string" && readOnly !== true;
    if (!shared || context.allowVolumeOverlap) continue;
    report.error(
      [...keys, "volumes"],
      `volume \`${source}\` would be written by the old and the new \`${facts.name}\` at once (start-first); mount it \`:ro\`, use \`order: stop-first\`, or allow it with config \`rollout.allowVolumeOverlap\``,
      source,
    );
  }
}

function checkSwitch({ context, definition, facts }: Released): void {
  const { report } = context;
  const keys = ["services", facts.name];
  const mode = textOf(definition.network_mode);
  const order = facts.strategy === "hold" ? "`x-hold: true`" : "start-first";
  if (mode !== undefined && mode !== "none") {
    report.error(
      [...keys, "network_mode"],
      `\`network_mode: ${mode}\` leaves no room for a switch, which ${order} needs; use networks, or \`order: stop-first\``,
    );
  }
  for (const { target, protocol } of publicationsOf(definition)) {
    if (protocol === "tcp") continue;
    report.error(
      [...keys, "ports"],
      `port ${target}/${protocol} cannot be behind a switch, which ${order} needs; use \`order: stop-first\`, or move the port to a service of its own`,
      String(target),
    );
  }
  for (const { target, protocol } of facts.ports) {
    if (protocol !== "tcp") continue;
    report.warning(
      [...keys, "ports"],
      `port ${target} is plain TCP (\`app_protocol: tcp\`): connections that are open at a release are cut after \`rollout.drainSeconds\``,
      String(target),
    );
  }
  if (!facts.fronted) checkAddresses({ context, definition, facts });
}

function checkAddresses({ context, definition, facts }: Released): void {
  for (const [network, value] of Object.entries(objectOf(definition.networks))) {
    const address = textOf(objectOf(value).ipv4_address) ?? textOf(objectOf(value).ipv6_address);
    if (address === undefined) continue;
    context.report.error(
      ["services", facts.name, "networks", network],
      `address ${address} cannot belong to the old and the new \`${facts.name}\` at once; remove it, or use \`order: stop-first\``,
      address,
    );
  }
}

function checkHealth({ context, definition, facts }: Released): void {
  const build = objectOf(definition.build);
  const inImage =
    definition.build !== undefined && dockerfileHasHealthCheck(context.projectDirectory, build);
  const disabled = objectOf(definition.healthcheck).disable === true;
  if (hasHealthCheck(definition) || (inImage && !disabled)) return;
  context.report.warning(
    ["services", facts.name, "healthcheck"],
    `\`${facts.name}\` has no health check: unless its image has one, running for 10 s counts as good; add \`healthcheck\``,
  );
}
