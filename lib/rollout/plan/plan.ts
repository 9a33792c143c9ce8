import { otherColour, type Colour } from "../labels";
import {
  activeColour,
  coloured,
  isGood,
  type ObservedContainer,
  type ObservedHost,
} from "../state/observed";
import { slotsFor } from "../switch/slots";
import { leftoversOf } from "./leftovers";
import {
  replaces,
  type Action,
  type DesiredRelease,
  type DesiredService,
  type PlannedService,
  type ReleasePlan,
  type SwitchAction,
} from "./types";
import { warningsOf } from "./warnings";

/**
 * Decides what a release does, from what is to run and what runs. Pure: a plan of the state that a plan
 * leads to is empty.
 */
export function plan(desired: DesiredRelease, host: ObservedHost): ReleasePlan {
  const services = withFollowers(
    desired,
    Object.values(desired.services)
      .map((service) => planService(service, host))
      .sort((a, b) => a.name.localeCompare(b.name)),
  );
  const leftovers = leftoversOf(desired, host, services);
  const changes =
    services.some(({ action }) => action !== "keep") ||
    leftovers.length > 0 ||
    !isRecorded(desired, host);
  return {
    services,
    leftovers,
    warnings: warningsOf(desired, host, services),
    generation: nextGeneration(host),
    changes,
  };
}

function nextGeneration(host: ObservedHost): number {
  const used = [
    ...host.records.map(({ generation }) => generation),
    ...host.containers.map(({ generation }) => generation ?? 0),
  ];
  return Math.max(0, ...used) + 1;
}

function isRecorded(desired: DesiredRelease, host: ObservedHost): boolean {
  const last = host.records.at(-1);
  return (
    last?.version === desired.version &&
    Object.values(desired.services).every(
      ({ facts, digest }) => last.services[facts.name]?.digest === digest,
    )
  );
}

/** A container that lives in another's namespace would stay in the old one's. */
function withFollowers(
  desired: DesiredRelease,
  services: readonly PlannedService[],
): readonly PlannedService[] {
  const moving = new Set(services.filter(({ action }) => replaces(action)).map(({ name }) => name));
  const next = services.map((planned) => {
    const service = desired.services[planned.name];
    const leader = service?.follows.find((name) => moving.has(name));
    if (service === undefined || leader === undefined || moving.has(planned.name)) return planned;
    return {
      ...planned,
      action: service.facts.strategy,
      reason: `lives in the container of ${leader}, which is replaced`,
      to: otherColour(planned.from),
    };
  });
  const grew = next.some((planned, index) => planned !== services[index]);
  return grew ? withFollowers(desired, next) : services;
}

function planService(service: DesiredService, host: ObservedHost): PlannedService {
  const { name, strategy } = service.facts;
  const from = activeColour(host, name);
  const plain = host.containers.filter(
    (container) => container.role === "plain" && container.service === name,
  );
  const base = { name, from, plain: plain.map(({ id }) => id) };
  if (strategy === "job") return { ...base, ...planJob(service, host, from), switch: "none" };
  const replaced = replacement(service, host, from, plain);
  const switchAction = planSwitch(service, host);
  if (replaced !== undefined) {
    return { ...base, ...replaced, to: otherColour(from), switch: switchAction };
  }
  const to = from ?? "blue";
  const ailing = ailment(service, coloured(host, name, from));
  if (ailing !== undefined) {
    return { ...base, action: "mend", reason: ailing, to, switch: switchAction };
  }
  const mend = SWITCH_REASONS[switchAction];
  return mend === undefined
    ? { ...base, action: "keep", reason: "unchanged", to, switch: switchAction }
    : { ...base, action: "mend", reason: mend, to, switch: switchAction };
}

const SWITCH_REASONS: Readonly<Record<SwitchAction, string | undefined>> = {
  none: undefined,
  keep: undefined,
  create: "its switch is missing",
  start: "its switch is stopped",
  replace: "its switch has to change",
  remove: "it needs no switch any more",
};

type Decision = Pick<PlannedService, "action" | "reason">;

/** A job runs once for each content: neither again after a change of others nor on a rollback. */
function planJob(
  { facts, spec }: DesiredService,
  host: ObservedHost,
  from: Colour | undefined,
): Decision & { to: Colour } {
  const done = coloured(host, facts.name, from).some(
    (container) =>
      container.spec === spec && container.state === "exited" && container.exitCode === 0,
  );
  if (done) return { action: "keep", reason: "has run", to: from ?? "blue" };
  const earlier = host.records.find(({ services }) => services[facts.name]?.spec === spec);
  if (spec !== undefined && earlier !== undefined) {
    const reason = `has run in generation ${earlier.generation}`;
    return { action: "keep", reason, to: from ?? "blue" };
  }
  return { action: "job", reason: "runs once, before anything starts", to: otherColour(from) };
}

/** Why new containers are needed; undefined where those that run are the right ones. */
function replacement(
  service: DesiredService,
  host: ObservedHost,
  from: Colour | undefined,
  plain: readonly ObservedContainer[],
): Decision | undefined {
  const { facts } = service;
  const action: Action = facts.strategy;
  const serving = coloured(host, facts.name, from);
  if (serving.length === 0) {
    if (plain.length > 0) {
      return { action: "adopt", reason: "takes over from the container of plain Compose" };
    }
    return { action, reason: "first start" };
  }
  const changed = serving.find(({ spec }) => service.spec === undefined || spec !== service.spec);
  if (changed !== undefined) return { action, reason: changeOf(service, changed) };
  // Docker goes on calling a stopped container unhealthy.
  const unhealthy = serving.find(
    ({ health, state }) => health === "unhealthy" && state === "running",
  );
  if (unhealthy !== undefined) return { action, reason: `${unhealthy.name} is unhealthy` };
  const cut = serving.find(({ networks }) =>
    service.networkNames.some((network) => !networks.includes(network)),
  );
  if (cut !== undefined) return { action, reason: `${cut.name} was taken off a network` };
  return undefined;
}

function changeOf(service: DesiredService, live: ObservedContainer): string {
  if (service.digest === undefined) {
    return service.reference === undefined
      ? "its new image is built first"
      : "its image is resolved anew";
  }
  const parts: string[] = [];
  if (live.digest !== service.digest) {
    parts.push(`image ${short(live.digest)} -> ${short(service.digest)}`);
  }
  if (live.configuration !== service.configuration) parts.push("configuration changed");
  return parts.length === 0 ? "definition changed" : parts.join(", ");
}

function short(digest: string | undefined): string {
  return digest?.replace("sha256:", "").slice(0, 12) ?? "unknown";
}

/** What is wrong with the right containers; `up` and `update` mend it in place. */
function ailment(
  service: DesiredService,
  serving: readonly ObservedContainer[],
): string | undefined {
  const missing = service.facts.replicas - serving.length;
  if (missing > 0) return `${missing} of ${service.facts.replicas} containers missing`;
  const stopped = serving.find(({ state }) => state !== "running");
  if (stopped !== undefined) return `${stopped.name} is ${stopped.state}`;
  const policy = serving.find(({ restartPolicy }) => restartPolicy !== service.restartPolicy);
  if (policy !== undefined) {
    return `${policy.name} has the restart policy ${policy.restartPolicy}, not ${service.restartPolicy}`;
  }
  return undefined;
}

function planSwitch(service: DesiredService, host: ObservedHost): SwitchAction {
  const { name, fronted } = service.facts;
  const live = host.switches[name];
  if (!fronted) return live === undefined ? "none" : "remove";
  if (live === undefined) return "create";
  const { container, config } = live;
  if (config === undefined || container.spec !== service.switchSpec) return "replace";
  if (config.slots < slotsFor(service.facts.replicas)) return "replace";
  if (container.restartPolicy === "no") return "replace";
  return isGood(container) ? "keep" : "start";
}
