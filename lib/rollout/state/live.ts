import type { HostService } from "../../resources/composeHost";
import type { HostState } from "../deploy";
import type { DesiredRelease, DesiredService } from "../plan/types";
import {
  activeColour,
  coloured,
  isGood,
  type ObservedContainer,
  type ObservedHost,
} from "./observed";

/** The live services by the user's names, alphabetically, and the generation that is live. */
export function stateOf(desired: DesiredRelease, host: ObservedHost): HostState {
  const names = Object.keys(desired.services).sort();
  const last = host.records.at(-1);
  const state = names.map((name) => {
    const service = desired.services[name];
    return [name, serviceState(name, service, host)] as const;
  });
  return { state: Object.fromEntries(state), generation: last?.generation ?? 0 };
}

function serviceState(
  name: string,
  service: DesiredService | undefined,
  host: ObservedHost,
): HostService {
  const serving = coloured(host, name, activeColour(host, name));
  const [first] = serving;
  const job = service?.facts.strategy === "job";
  const recorded = host.records.at(-1)?.services[name];
  return {
    version: first?.version ?? recorded?.version ?? "",
    health: job ? jobHealth(first) : healthOf(serving, service?.facts.replicas ?? 1),
    urls: urlsOf(name, serving, host),
    image: first?.image ?? recorded?.image ?? "",
  };
}

function jobHealth(job: ObservedContainer | undefined): string {
  if (job === undefined) return "missing";
  if (job.state === "running") return "running";
  return job.exitCode === 0 ? "completed" : "failed";
}

function healthOf(serving: readonly ObservedContainer[], replicas: number): string {
  if (serving.length < replicas) return "missing";
  if (serving.some(({ state }) => state !== "running")) return "stopped";
  if (serving.some(({ health }) => health === "unhealthy")) return "unhealthy";
  if (!serving.every(isGood)) return "starting";
  return serving.some(({ health }) => health !== undefined) ? "healthy" : "running";
}

/** Published addresses, of the switch where there is one. */
function urlsOf(
  name: string,
  serving: readonly ObservedContainer[],
  host: ObservedHost,
): readonly string[] {
  const front = host.switches[name]?.container;
  const ports = [...(front === undefined ? [] : [front]), ...serving].flatMap(
    ({ published }) => published,
  );
  const urls = ports.map(({ hostIp, port }) => {
    const everywhere = hostIp === "" || hostIp === "0.0.0.0" || hostIp === "::";
    const local = everywhere || hostIp === "127.0.0.1" || hostIp === "::1";
    return `http://${local ? "localhost" : hostIp}:${port}`;
  });
  return [...new Set(urls)].sort();
}
