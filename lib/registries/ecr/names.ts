import { createHash } from "node:crypto";

/** IAM's limit of a role's name. */
const MAX_ROLE_NAME = 64;
const HASH_LENGTH = 8;
const DEFAULT_PREFIX = "bot-core";

/** Partitions by their regions' names; every other region is in `aws`. */
const PARTITIONS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, "aws-cn"],
  [/^us-gov-/, "aws-us-gov"],
  [/^eusc-/, "aws-eusc"],
  [/^us-iso-/, "aws-iso"],
  [/^us-isob-/, "aws-iso-b"],
  [/^us-isof-/, "aws-iso-f"],
  [/^eu-isoe-/, "aws-iso-e"],
];

/** The partition that ARNs of a region name, e.g. `aws`, `aws-cn`. */
export function arnPartition(region: string): string {
  return PARTITIONS.find(([regions]) => regions.test(region))?.[1] ?? "aws";
}

export type RoleKind = "push" | "pull" | "verify";

/**
 * `NAMESPACE-REGION-KIND`: roles are global in an account, registries are not. A namespace's slashes
 * become `-`; what is longer than IAM's 64 characters, or was changed, is told apart by a hash.
 */
export function roleName(namespace: string, region: string, kind: RoleKind): string {
  const prefix = namespace === "" ? DEFAULT_PREFIX : namespace.replaceAll("/", "-");
  const tail = `-${region}-${kind}`;
  if (prefix === namespace && prefix.length + tail.length <= MAX_ROLE_NAME) return prefix + tail;
  if (namespace === "") return prefix + tail;
  const hash = createHash("sha256").update(namespace).digest("hex").slice(0, HASH_LENGTH);
  const room = MAX_ROLE_NAME - tail.length - hash.length - 1;
  return `${prefix.slice(0, room)}-${hash}${tail}`;
}

/** Names that AWS's own console proposes for the upstreams that it knows. */
const CACHE_PREFIXES: Readonly<Record<string, string>> = {
  "docker.io": "docker-hub",
  "public.ecr.aws": "ecr-public",
  "quay.io": "quay",
  "registry.k8s.io": "kubernetes",
  "ghcr.io": "github",
  "registry.gitlab.com": "gitlab",
  "cgr.dev": "chainguard",
};

/** What a cached image's name begins with: `docker-hub/library/haproxy`. */
export function cachePrefix(upstream: string): string {
  const known = CACHE_PREFIXES[upstream];
  if (known !== undefined) return known;
  const [first = upstream] = upstream.split(".");
  const hash = createHash("sha256").update(upstream).digest("hex").slice(0, HASH_LENGTH);
  return `${first.slice(0, 20)}-${hash}`;
}

/** Docker Hub's own registry, in AWS's word; the others are called as they are. */
export function upstreamUrl(upstream: string): string {
  return upstream === "docker.io" ? "registry-1.docker.io" : upstream;
}
