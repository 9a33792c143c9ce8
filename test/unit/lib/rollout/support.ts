import type { ServiceFacts } from "../../../../lib/compose/model";
import type { DesiredRelease, DesiredService } from "../../../../lib/rollout/plan/types";
import type { ObservedContainer, ObservedHost } from "../../../../lib/rollout/state/observed";

let counter = 0;

/** A good container of colour `blue`; names and ids are unique. */
export function container(change: Partial<ObservedContainer> = {}): ObservedContainer {
  counter += 1;
  const service = change.service ?? "web";
  const colour = change.colour ?? "blue";
  return {
    id: `id-${counter}`,
    name: `p-live-${service}-${colour}-${counter}`,
    service,
    role: "colour",
    colour,
    spec: "spec-1",
    configuration: "configuration-1",
    version: "v1",
    generation: 1,
    image: "registry/app@sha256:1",
    digest: "sha256:1",
    state: "running",
    exitCode: 0,
    health: "healthy",
    restartPolicy: "unless-stopped",
    restarts: 0,
    createdAt: counter,
    startedAt: counter,
    networks: ["net"],
    addresses: { net: `10.0.0.${counter}` },
    anonymousVolumes: {},
    published: [],
    ...change,
  };
}

export function host(change: Partial<ObservedHost> = {}): ObservedHost {
  return {
    containers: [],
    switches: {},
    records: [],
    images: {},
    networks: new Set(),
    volumes: new Set(),
    foreign: [],
    locked: false,
    ...change,
  };
}

export function facts(change: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    name: "web",
    ours: true,
    replicas: 1,
    strategy: "start-first",
    fronted: false,
    ports: [],
    networks: ["default"],
    dependsOn: {},
    gate: { kind: "health", limitSeconds: 30 },
    stopGraceSeconds: 10,
    ...change,
  };
}

export function service(
  change: Partial<Omit<DesiredService, "facts">> & { facts?: Partial<ServiceFacts> } = {},
): DesiredService {
  const own = facts(change.facts);
  return {
    spec: "spec-1",
    configuration: "configuration-1",
    digest: "sha256:1",
    pinned: "registry/app@sha256:1",
    restartPolicy: "unless-stopped",
    networkNames: ["net"],
    follows: [],
    switchSpec: own.fronted ? "switch-1" : undefined,
    ...change,
    facts: own,
  };
}

export function desired(
  services: readonly DesiredService[],
  change: Partial<DesiredRelease> = {},
): DesiredRelease {
  return {
    project: "p",
    version: "v1",
    services: Object.fromEntries(services.map((one) => [one.facts.name, one])),
    partial: false,
    drainSeconds: 30,
    ...change,
  };
}
