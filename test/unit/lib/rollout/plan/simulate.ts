import {
  replaces,
  type DesiredRelease,
  type ReleasePlan,
} from "../../../../../lib/rollout/plan/types";
import type { ObservedContainer, ObservedHost } from "../../../../../lib/rollout/state/observed";
import { slotsFor } from "../../../../../lib/rollout/switch/slots";
import { container } from "../support";

/** The host after a plan was carried out, as the release's steps do it. */
export function simulate(
  desired: DesiredRelease,
  before: ObservedHost,
  plan: ReleasePlan,
): ObservedHost {
  const gone = new Set(plan.leftovers.map(({ id }) => id));
  let containers = before.containers.filter(({ id }) => !gone.has(id));
  const switches = new Map(
    Object.entries(before.switches).filter(([, { container: own }]) => !gone.has(own.id)),
  );
  for (const planned of plan.services) {
    const wanted = desired.services[planned.name];
    if (wanted === undefined) continue;
    const { facts } = wanted;
    const mine = (one: ObservedContainer): boolean =>
      one.service === planned.name && (one.role === "colour" || one.role === "plain");
    const made = (change: Partial<ObservedContainer> = {}): ObservedContainer =>
      container({
        service: planned.name,
        colour: planned.to,
        spec: wanted.spec ?? "",
        configuration: wanted.configuration,
        digest: wanted.digest ?? "",
        generation: plan.generation,
        restartPolicy: wanted.restartPolicy,
        networks: wanted.networkNames,
        ...change,
      });
    if (planned.action === "job") {
      containers = containers.filter((one) => !mine(one));
      containers = [...containers, made({ state: "exited", restartPolicy: "no" })];
    } else if (replaces(planned.action)) {
      containers = containers.filter((one) => !mine(one));
      containers = [...containers, ...Array.from({ length: facts.replicas }, () => made())];
    } else if (planned.action === "mend") {
      containers = containers.map((one) =>
        mine(one)
          ? { ...one, state: "running", health: "healthy", restartPolicy: wanted.restartPolicy }
          : one,
      );
      const have = containers.filter(mine).length;
      const missing = Math.max(0, facts.replicas - have);
      containers = [...containers, ...Array.from({ length: missing }, () => made())];
    }
    if (planned.switch === "remove") {
      const own = switches.get(planned.name)?.container.id;
      switches.delete(planned.name);
      containers = containers.filter(({ id }) => id !== own);
    } else if (planned.switch !== "none") {
      const old = switches.get(planned.name);
      const fresh = container({
        service: planned.name,
        role: "switch",
        spec: wanted.switchSpec ?? "",
      });
      const own =
        planned.switch === "create" || planned.switch === "replace" ? fresh : old?.container;
      const running: ObservedContainer = { ...(own ?? fresh), state: "running" };
      containers = containers.filter(({ id }) => id !== old?.container.id);
      containers = [...containers, running];
      const slots = Math.max(slotsFor(facts.replicas), old?.config?.slots ?? 0);
      switches.set(planned.name, {
        container: running,
        config: {
          service: planned.name,
          active: planned.to,
          slots,
          ports: facts.ports,
          hold: facts.strategy === "hold",
        },
      });
    }
  }
  const after = Object.fromEntries(switches);
  return { ...before, containers, switches: after, records: recorded(desired, before, plan) };
}

function recorded(
  desired: DesiredRelease,
  before: ObservedHost,
  plan: ReleasePlan,
): ObservedHost["records"] {
  const services = Object.values(desired.services).map(
    ({ facts, digest, spec, configuration, pinned }) =>
      [
        facts.name,
        {
          version: desired.version,
          digest: digest ?? "",
          spec: spec ?? "",
          configuration,
          image: pinned ?? "",
        },
      ] as const,
  );
  const record = {
    generation: plan.generation,
    version: desired.version,
    at: "",
    who: "",
    services: Object.fromEntries(services),
  };
  return [...before.records, record];
}
