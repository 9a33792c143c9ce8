import { parseAcrHost, parseEcrHost, type EcrHost } from "../../registries/hosts";
import { removeCommand, setCommand, showPath, type Path } from "../mend";
import { textThat } from "../rules";
import { cacheSecretArn, partitionOf, partsOfArn } from "./awsNames";
import { hubByOneName, type CacheRules } from "./cache";
import type { EcrDetails } from "./ecr";
import type { RegistryInput } from "./input";

/** ECR's limit of destinations in one replication rule. */
const MOST_REPLICAS = 25;

const ANONYMOUS_UPSTREAMS = ["public.ecr.aws", "quay.io", "registry.k8s.io"];
const UPSTREAMS_WITH_LOGIN = ["docker.io", "ghcr.io", "registry.gitlab.com", "cgr.dev"];

/** The upstreams that ECR knows, and which of them it takes without a login. */
export const ecrCacheRules: CacheRules = {
  upstream: hubByOneName({
    ...textThat(
      (value) =>
        [...ANONYMOUS_UPSTREAMS, ...UPSTREAMS_WITH_LOGIN].includes(value) ||
        parseAcrHost(value) !== undefined ||
        parseEcrHost(value) !== undefined,
      `${[...UPSTREAMS_WITH_LOGIN, ...ANONYMOUS_UPSTREAMS].join(", ")}, NAME.azurecr.io or another ECR registry`,
      "public.ecr.aws",
    ),
    candidates: [...UPSTREAMS_WITH_LOGIN, ...ANONYMOUS_UPSTREAMS],
  }),
  credential: cacheSecretArn,
  needsCredential: (upstream) =>
    UPSTREAMS_WITH_LOGIN.includes(upstream) || parseAcrHost(upstream) !== undefined,
};

/** Replicas are other regions of the same partition, and the host pulls from a region that has all. */
export function refuseReplicas(
  { reader, faults }: RegistryInput,
  region: string,
  { replicas, pullFrom }: EcrDetails,
): void {
  const path = reader.path("replicas");
  replicas.forEach((replica, position) => {
    const isSame = replica === region;
    if (!isSame && partitionOf(replica) === partitionOf(region)) return;
    const place: Path = [...path, position];
    const why = isSame ? "the registry's own region" : "in another partition of AWS";
    faults.other(
      showPath(place),
      `given ${reader.quote("replicas", replica)}, which is ${why}; allowed: other regions of the same partition`,
      removeCommand(place),
    );
  });
  if (replicas.length > MOST_REPLICAS) {
    const message = `given ${replicas.length} regions; allowed: at most ${MOST_REPLICAS}`;
    faults.other(showPath(path), message, removeCommand([...path, MOST_REPLICAS]));
  }
  if (pullFrom === undefined || pullFrom === region || replicas.includes(pullFrom)) return;
  faults.other(
    showPath(reader.path("pullFrom")),
    `given ${reader.quote("pullFrom", pullFrom)}; allowed: registry.region, or one of registry.replicas`,
    setCommand([...path, replicas.length], reader.isSecret("pullFrom") ? "REGION" : pullFrom),
  );
}

/** ECR uses keys of its own region, and secrets of its own region and account. */
export function refuseForeignNames(
  { reader, faults }: RegistryInput,
  { region, accountId }: EcrHost,
  { kmsKey, cache }: EcrDetails,
): void {
  const where = reader.isSecret("region") ? "the registry's own region" : region;
  if (kmsKey !== undefined && partsOfArn(kmsKey).region !== region) {
    const path = reader.path("kmsKey");
    const message = `given a key in another region than the registry; allowed: a key in ${where}`;
    faults.other(showPath(path), message, removeCommand(path));
  }
  cache.forEach(({ credential }, position) => {
    if (credential === undefined) return;
    const parts = partsOfArn(credential);
    if (parts.region === region && parts.accountId === accountId) return;
    const path: Path = [...reader.path("cache"), position, "credential"];
    faults.other(
      showPath(path),
      `given a secret of another region or account; allowed: one in ${where} of the registry's account`,
      removeCommand(path),
    );
  });
}
