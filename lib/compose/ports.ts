import { listOf, numberOf, objectOf, textOf } from "./json";
import type { FrontedPort, JsonObject } from "./model";

/** One entry of `ports`, as `docker compose config` prints it. */
export interface Publication {
  readonly target: number;
  readonly protocol: string;
  readonly appProtocol?: string;
  readonly hostIp?: string;
  /** First and last host port; absent where Docker chooses one. */
  readonly range?: { readonly first: number; readonly last: number };
}

/** The `ports` of a service; entries that are no ports are left out. */
export function publicationsOf(definition: JsonObject): Publication[] {
  return listOf(definition.ports).flatMap((entry) => {
    const port = objectOf(entry);
    const target = numberOf(port.target);
    if (target === undefined) return [];
    const range = hostRange(textOf(port.published));
    return [
      {
        target,
        protocol: textOf(port.protocol) ?? "tcp",
        ...(typeof port.app_protocol === "string" ? { appProtocol: port.app_protocol } : {}),
        ...(typeof port.host_ip === "string" ? { hostIp: port.host_ip } : {}),
        ...(range === undefined ? {} : { range }),
      },
    ];
  });
}

/**
 * The TCP ports of a service that a switch can carry, in ascending order: targets of `ports`,
 * `expose` and the image's EXPOSE. UDP has no connections to move, so it is never fronted.
 */
export function frontedPorts(definition: JsonObject, exposed: readonly number[]): FrontedPort[] {
  const publications = publicationsOf(definition).filter(({ protocol }) => protocol === "tcp");
  const targets = new Set([
    ...publications.map(({ target }) => target),
    ...listOf(definition.expose).flatMap((entry) => exposedPorts(textOf(entry) ?? "")),
    ...exposed,
  ]);
  return [...targets]
    .sort((a, b) => a - b)
    .map((target) => {
      const own = publications.filter((publication) => publication.target === target);
      return {
        target,
        published: own.map(({ hostIp, range }) => ({
          ...(hostIp === undefined ? {} : { hostIp }),
          port: range?.first ?? 0,
        })),
        protocol: own.some(({ appProtocol }) => appProtocol === "tcp") ? "tcp" : "auto",
      };
    });
}

function exposedPorts(text: string): number[] {
  const [, first, last, protocol] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text) ?? [];
  if (first === undefined || (protocol ?? "tcp") !== "tcp") return [];
  const length = Number(last ?? first) - Number(first) + 1;
  return Array.from({ length: Math.max(0, length) }, (_, index) => Number(first) + index);
}

function hostRange(text: string | undefined): { first: number; last: number } | undefined {
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(text ?? "") ?? [];
  if (first === undefined || Number(first) === 0) return undefined;
  return { first: Number(first), last: Number(last ?? first) };
}
