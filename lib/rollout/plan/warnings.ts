import type { ObservedHost } from "../state/observed";
import { replaces, type DesiredRelease, type DesiredService, type PlannedService } from "./types";

/** What a person should know before saying yes: one line each. */
export function warningsOf(
  desired: DesiredRelease,
  host: ObservedHost,
  services: readonly PlannedService[],
): readonly string[] {
  const own = services.flatMap((planned) => {
    const service = desired.services[planned.name];
    return service === undefined
      ? []
      : [
          ...blinks(planned, service),
          ...overlaps(planned, service, desired.drainSeconds),
          ...ungated(planned, service),
          ...otherConfiguration(planned, service, desired, host),
        ];
  });
  const foreign = host.foreign.map(
    ({ name, holds }) =>
      `container ${name} is not part of the release and answers to the name ${holds}; calls may reach it`,
  );
  return [...own, ...pairs(desired, services), ...foreign];
}

function blinks(planned: PlannedService, service: DesiredService): string[] {
  const { name, action } = planned;
  const ports = service.facts.ports
    .flatMap(({ published, target }) => published.map(({ port }) => `${port}->${target}`))
    .join(", ");
  const which = ports === "" ? "its name" : `port ${ports}`;
  if (action === "adopt") {
    return [`${name}: ${which} blinks once while it changes over to the switch`];
  }
  if (planned.switch === "replace") return [`${name}: ${which} blinks: its switch restarts`];
  if (action === "stop-first" && planned.from !== undefined) {
    return [`${name}: is away while it is recreated (\`x-hold: true\` lets requests wait)`];
  }
  return [];
}

function overlaps(
  planned: PlannedService,
  service: DesiredService,
  drainSeconds: number,
): string[] {
  if (planned.action !== "start-first" || planned.from === undefined) return [];
  const { name, ports, fronted } = service.facts;
  const lines = [`${name}: runs twice for a moment`];
  if (!fronted) lines.push(`${name}: has no port; both colours carry its name while they overlap`);
  const tcp = ports.filter(({ protocol }) => protocol === "tcp").map(({ target }) => target);
  if (tcp.length > 0) {
    lines.push(
      `${name}: open connections on port ${tcp.join(", ")} (app_protocol: tcp) are cut after ${drainSeconds} s`,
    );
  }
  return lines;
}

function ungated(planned: PlannedService, service: DesiredService): string[] {
  const { gate, name } = service.facts;
  if (!replaces(planned.action) || gate.kind === "health") return [];
  return [`${name}: has no health check; it counts as good after running for ${gate.forSeconds} s`];
}

/** A rollback changes images only; the configuration stays today's. */
function otherConfiguration(
  planned: PlannedService,
  service: DesiredService,
  desired: DesiredRelease,
  host: ObservedHost,
): string[] {
  if (!replaces(planned.action)) return [];
  const earlier = host.records.findLast(({ version }) => version === desired.version)?.services[
    planned.name
  ];
  if (earlier === undefined || earlier.configuration === service.configuration) return [];
  return [
    `${planned.name}: its configuration differs from the one that ${desired.version} last ran with`,
  ];
}

function pairs(desired: DesiredRelease, services: readonly PlannedService[]): string[] {
  const changing = new Set(
    services
      .filter(({ action, from }) => action === "start-first" && from !== undefined)
      .map(({ name }) => name),
  );
  return [...changing].flatMap((caller) =>
    Object.keys(desired.services[caller]?.facts.dependsOn ?? {})
      .filter((callee) => changing.has(callee))
      .map(
        (callee) =>
          `${caller} and ${callee} change together: ${callee} moves first, so for a moment the old ` +
          `${caller} calls the new ${callee}`,
      ),
  );
}
