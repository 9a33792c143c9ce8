import type Docker from "dockerode";
import { LABEL } from "../labels";
import type { ObservedContainer } from "./observed";

interface Names {
  readonly project: string;
  readonly services: readonly string[];
  readonly networks: readonly string[];
}

/**
 * Containers that are not ours and answer to one of our service names on one of our networks: calls by
 * that name would reach them as well (rule 16).
 */
export async function foreignHolders(
  docker: Docker,
  { project, services, networks }: Names,
  own: readonly ObservedContainer[],
): Promise<{ name: string; holds: string }[]> {
  if (networks.length === 0) return [];
  const known = new Set(own.map(({ id }) => id));
  const attached = await docker.listContainers({ filters: { network: [...networks] } });
  const strangers = attached.filter(
    ({ Id, Labels }) => !known.has(Id) && Labels[LABEL.project] !== project,
  );
  const holders: { name: string; holds: string }[] = [];
  for (const { Id } of strangers) {
    const info = await docker.getContainer(Id).inspect();
    const names = Object.entries(info.NetworkSettings.Networks)
      .filter(([network]) => networks.includes(network))
      .flatMap(([, { Aliases }]) => (Aliases as string[] | null) ?? [])
      .concat(info.Name.replace(/^\//, ""));
    const holds = services.filter((service) => names.includes(service));
    if (holds.length > 0) {
      holders.push({ name: info.Name.replace(/^\//, ""), holds: holds.join(", ") });
    }
  }
  return holders;
}
