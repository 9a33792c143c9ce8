import type { EcrSettings } from "../../settings/registrySettings";
import type { EcrCredentialSource, RegistryEndpoint } from "../../resources/registry";
import { UserError } from "../../errors";
import { ecrServer } from "../hosts";

/** One rule of a registry's replication, as AWS has it. */
export interface ReplicationRule {
  readonly destinations: readonly { readonly region: string; readonly registryId: string }[];
  /** None: every repository. */
  readonly repositoryFilters: readonly { readonly filter: string; readonly filterType: string }[];
}

/** AWS's limit of one registry. */
const MAX_RULES = 10;

/** Where the host pulls from: the registry itself, or its copy in `pullFrom`. */
export function pullEndpointOf(settings: EcrSettings): RegistryEndpoint {
  const { endpoint, accountId, region, pullFrom } = settings;
  if (pullFrom === region) return endpoint;
  return { server: ecrServer({ accountId, region: pullFrom }), insecure: false, copy: true };
}

/** The servers that hold copies, by region. */
export function replicaServers({ accountId, replicas }: EcrSettings): Record<string, string> {
  return Object.fromEntries(
    [...replicas].sort().map((region) => [region, ecrServer({ accountId, region })]),
  );
}

/** A source that asks the region that the host pulls from: a login is good for one region's servers. */
export function pullSourceOf(settings: EcrSettings, roleArn: string | undefined) {
  const { region, pullFrom, profile } = settings;
  const source = (at: string): EcrCredentialSource => ({
    kind: "ecr",
    region: at,
    ...(profile === undefined ? {} : { profile }),
    ...(roleArn === undefined ? {} : { roleArn }),
  });
  return { here: source(region), there: source(pullFrom) };
}

/**
 * The registry's replication rules with ours among them. There is one list in an account and region,
 * which is put as a whole: rules of others are kept as they are, and come first.
 * @param existing what the registry has
 * @throws UserError `ecr-replication-full` past AWS's 10 rules
 */
export function replicationRules(
  existing: readonly ReplicationRule[],
  { accountId, replicas, namespace }: EcrSettings,
  repositories: readonly string[],
): readonly ReplicationRule[] {
  const filters = replicationFilters(namespace, repositories);
  const rules = [
    ...rulesOfOthers(existing, filters),
    {
      destinations: [...replicas].sort().map((region) => ({ region, registryId: accountId })),
      repositoryFilters: filters.map((filter) => ({ filter, filterType: "PREFIX_MATCH" })),
    },
  ];
  if (rules.length <= MAX_RULES) return rules;
  throw new UserError(
    `\`registry.replicas\`: the registry has ${MAX_RULES} replication rules of others already, which ` +
      "is AWS's limit; take one away, or leave `replicas` out",
    "ecr-replication-full",
  );
}

/** Those rules that are not about our repositories alone. */
export function rulesOfOthers(
  existing: readonly ReplicationRule[],
  ourFilters: readonly string[],
): readonly ReplicationRule[] {
  return existing.filter(
    ({ repositoryFilters }) =>
      repositoryFilters.length === 0 ||
      !repositoryFilters.every(({ filter }) => ourFilters.includes(filter)),
  );
}

/** Prefixes of the repositories that are copied: the namespace, or each name where there is none. */
export function replicationFilters(namespace: string, repositories: readonly string[]): string[] {
  return namespace === "" ? [...repositories].sort() : [`${namespace}/`];
}

/** `mrk-`: a key that may stand in several regions under one id. */
const MULTI_REGION_KEY = /^(arn:[a-z-]+:kms:)([a-z0-9-]+)(:\d{12}:key\/mrk-[0-9a-f]+)$/;

/**
 * The key that encrypts a repository in a region. Keys belong to a region; only a multi-Region key has
 * the same id everywhere.
 * @throws UserError `ecr-key-region` for a single-Region key and a copy elsewhere
 */
export function keyIn(settings: EcrSettings, region: string): string | undefined {
  const { kmsKey } = settings;
  if (kmsKey === undefined || region === settings.region) return kmsKey;
  if (MULTI_REGION_KEY.test(kmsKey)) return kmsKey.replace(MULTI_REGION_KEY, `$1${region}$3`);
  throw new UserError(
    `\`registry.kmsKey\` is \`${kmsKey}\`, a key of ${settings.region} alone, and ` +
      `\`registry.replicas\` has ${region}: give a multi-Region key (\`…:key/mrk-…\`) that has a ` +
      "replica in each region, or leave `kmsKey` or `replicas` out",
    "ecr-key-region",
  );
}
