import { createHash } from "node:crypto";

/** Where a registry of Azure is. */
export interface RegistryPlace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/** What an identity of the registry may do. */
export type Role = "push" | "pull";

/** Resource id, by which `pulumi import` knows a registry. */
export function registryId({ subscriptionId, resourceGroup, name }: RegistryPlace): string {
  return (
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}` +
    `/providers/Microsoft.ContainerRegistry/registries/${name}`
  );
}

/** Resource id of the copy in a region. */
export function replicationId(place: RegistryPlace, region: string): string {
  return `${registryId(place)}/replications/${region}`;
}

/** Name of the managed identity with that role. */
export function identityName(registry: string, role: Role): string {
  return `${registry}-${role}`;
}

/** Name of the rule that copies images of `upstream` through: 5 to 50 characters. */
export function cacheRuleName(upstream: string): string {
  return `cache-${slug(upstream)}`.slice(0, 50).replace(/-+$/, "");
}

/** Path below the registry under which images of `upstream` are, e.g. `docker-io`. */
export function cachePath(upstream: string): string {
  return slug(upstream);
}

/** The subscription in a resource id; undefined where there is none. */
export function subscriptionOf(resourceId: string): string | undefined {
  return /^\/subscriptions\/([^/]+)/i.exec(resourceId)?.[1];
}

/** Namespace of this program's names (RFC 9562, version 5), drawn once at random. */
const NAMESPACE = "5f0b3c52-8e0a-4a0e-9a55-0d2f8a1c7e64";

/**
 * Name of a role assignment, which has to be a UUID: the same for the same registry, identity and
 * role on every machine, so that no run wants to replace it.
 */
export function roleAssignmentName(registry: string, identity: string, role: string): string {
  return uuid5(NAMESPACE, [registry.toLowerCase(), identity, role].join("\n"));
}

/** RFC 9562 section 5.5. */
export function uuid5(namespace: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest();
  const bytes = Buffer.from(hash.subarray(0, 16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, to]) => hex.slice(from, to))
    .join("-");
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}
