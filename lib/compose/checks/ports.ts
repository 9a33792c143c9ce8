import type { CheckContext } from "../context";
import { replicasOf } from "../facts";
import { keysOf } from "../source";
import { publicationsOf, type Publication } from "../ports";

const WILDCARDS = ["", "0.0.0.0", "::", "[::]"];

interface Use extends Publication {
  readonly service: string;
}

/**
 * Host ports that two publications want, over all services; Docker would notice when the second
 * container starts. Ports that Docker chooses, alone or from a range, do not clash.
 */
export function checkHostPorts(context: CheckContext, switched: ReadonlySet<string>): void {
  const written = keysOf(context.sources, ["services"]);
  const uses = Object.entries(context.project.services)
    .sort(([a], [b]) => written.indexOf(a) - written.indexOf(b))
    .flatMap(([service, definition]) =>
      publicationsOf(definition).map((publication): Use => ({ ...publication, service })),
    );
  const fixed = uses.filter(({ range }) => range !== undefined && range.first === range.last);
  fixed.forEach((use, index) => {
    const earlier = fixed.slice(0, index).find((other) => clash(use, other));
    const port = String(use.range?.first ?? 0);
    if (earlier !== undefined) {
      const where =
        earlier.service === use.service ? "twice here" : `by \`${earlier.service}\` too`;
      context.report.error(
        ["services", use.service, "ports"],
        `host port ${addressOf(use)} is published ${where}; publish each address, port and protocol once`,
        port,
      );
    }
    const replicas = replicasOf(context.project.services[use.service] ?? {});
    if (replicas > 1 && !switched.has(use.service)) {
      context.report.error(
        ["services", use.service, "ports"],
        `host port ${port} cannot be published by ${replicas} replicas; use \`update_config.order: start-first\` or \`x-hold: true\`, whose switch publishes it once, or leave the host port out`,
        port,
      );
    }
  });
}

function clash(a: Use, b: Use): boolean {
  const sameAddress = isWildcard(a) || isWildcard(b) || a.hostIp === b.hostIp;
  return a.protocol === b.protocol && a.range?.first === b.range?.first && sameAddress;
}

function isWildcard({ hostIp }: Use): boolean {
  return WILDCARDS.includes(hostIp ?? "");
}

function addressOf(use: Use): string {
  const address = isWildcard(use) ? "" : `${use.hostIp ?? ""}:`;
  return `${address}${use.range?.first ?? 0}/${use.protocol}`;
}
