import { coloured, type ObservedContainer, type ObservedHost } from "../state/observed";
import { replaces, type DesiredRelease, type PlannedService, type ReleasePlan } from "./types";

/** Containers that have no place in the release: orphans, idle colours, switches without a service. */
export function leftoversOf(
  desired: DesiredRelease,
  host: ObservedHost,
  services: readonly PlannedService[],
): ReleasePlan["leftovers"] {
  const planned = new Map(services.map((service) => [service.name, service]));
  return host.containers.flatMap((container) => {
    const why = reasonToGo(desired, host, container, planned.get(container.service));
    return why === undefined ? [] : [{ id: container.id, why: `${container.name}: ${why}` }];
  });
}

function reasonToGo(
  desired: DesiredRelease,
  host: ObservedHost,
  container: ObservedContainer,
  service: PlannedService | undefined,
): string | undefined {
  // An adoption that was cut short leaves one, and so does a plain `docker compose up` of the same
  // project: it would answer to the service's name beside the switch. Others are not ours to remove.
  if (container.role === "plain") {
    return service !== undefined && !replaces(service.action) && service.action !== "job"
      ? "plain Compose's container beside the release"
      : undefined;
  }
  if (service === undefined) {
    return desired.partial ? undefined : "its service is no longer in the Compose file";
  }
  if (container.role === "switch") {
    return service.switch === "remove" && !replaces(service.action)
      ? "its service needs no switch any more"
      : undefined;
  }
  if (container.colour !== service.from) return "left by an interrupted release";
  const wanted = desired.services[service.name]?.facts.replicas ?? 1;
  const serving = coloured(host, service.name, service.from);
  if (service.action === "keep" && serving.indexOf(container) >= wanted) return "one too many";
  return undefined;
}
