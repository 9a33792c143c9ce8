import { AccountSetting } from "@pulumi/aws/ecr/accountSetting";
import { PullThroughCacheRule } from "@pulumi/aws/ecr/pullThroughCacheRule";
import { RegistryScanningConfiguration } from "@pulumi/aws/ecr/registryScanningConfiguration";
import { ReplicationConfiguration } from "@pulumi/aws/ecr/replicationConfiguration";
import { RepositoryCreationTemplate } from "@pulumi/aws/ecr/repositoryCreationTemplate";
import * as pulumi from "@pulumi/pulumi";
import { cachePrefix, upstreamUrl } from "../../../lib/registries/ecr/names";
import { cacheLifecyclePolicy } from "../../../lib/registries/ecr/lifecycle";
import { EMPTY_REGISTRY, type RegistryState } from "../../../lib/registries/ecr/registryState";
import {
  replicationFilters,
  replicationRules,
  rulesOfOthers,
} from "../../../lib/registries/ecr/replication";
import { enhancedScanning } from "../../../lib/registries/ecr/scanning";
import type { PullThroughCache } from "../../../lib/settings/registrySettings";
import { adoptOptions } from "../adopt";
import { encryption, mutability, retentionOf } from "./repositories";
import { childOf, type EcrScope, hasRecord } from "./scope";

/**
 * What a registry has once, or once by prefix: layers shared between repositories, enhanced scanning,
 * copies in other regions, caches. What others set up there is kept.
 * @param repositories of all regions; copies begin when they stand
 * @returns what must stand before the first push
 */
export function declareAccount(
  scope: EcrScope,
  repositories: readonly pulumi.Resource[],
): pulumi.Resource[] {
  const { settings } = scope;
  const home = childOf(scope, settings.region);
  // Base layers that one service pushed are not sent again by the next.
  const mounting = new AccountSetting(
    `${scope.name}-blob-mounting`,
    { name: "BLOB_MOUNTING", value: "ENABLED" },
    { ...home, retainOnDelete: true },
  );
  if (settings.scanning === "enhanced") declareScanning(scope);
  for (const cache of settings.cache) declareCache(scope, cache);
  if (settings.replicas.length === 0) return [mounting];
  return [mounting, declareReplication(scope, repositories)];
}

/** Deleting it would turn everybody's scanning back to basic, so it stays. */
function declareScanning(scope: EcrScope): void {
  const { settings } = scope;
  const { scanType, rules } = enhancedScanning(
    stateIn(scope, settings.region).scanning,
    settings,
    Object.values(scope.paths),
  );
  new RegistryScanningConfiguration(
    `${scope.name}-scanning`,
    {
      scanType,
      rules: rules.map((rule) => ({ ...rule, repositoryFilters: [...rule.repositoryFilters] })),
    },
    { ...childOf(scope, settings.region), retainOnDelete: true },
  );
}

/** The list of rules is put as a whole: deleting it would end the copies of others too. */
function declareReplication(
  scope: EcrScope,
  repositories: readonly pulumi.Resource[],
): pulumi.Resource {
  const { settings } = scope;
  const paths = Object.values(scope.paths);
  const existing = stateIn(scope, settings.region).replication;
  const others = rulesOfOthers(existing, replicationFilters(settings.namespace, paths));
  const templates = [...settings.replicas].sort().flatMap((region) => template(scope, region));
  return new ReplicationConfiguration(
    `${scope.name}-replication`,
    {
      replicationConfiguration: {
        rules: replicationRules(existing, settings, paths).map(
          ({ destinations, repositoryFilters }) => ({
            destinations: [...destinations],
            ...(repositoryFilters.length === 0
              ? {}
              : { repositoryFilters: [...repositoryFilters] }),
          }),
        ),
      },
    },
    {
      ...childOf(scope, settings.region),
      dependsOn: [...repositories, ...templates],
      ...(others.length > 0 ? { retainOnDelete: true } : {}),
    },
  );
}

/**
 * For what another stack pushes below the namespace: ECR makes its copy's repository by itself, with
 * tags that move, unless a template says otherwise. A key asks for a role of its own there, so that
 * there is none with a key.
 */
function template(scope: EcrScope, region: string): RepositoryCreationTemplate[] {
  const { settings } = scope;
  if (settings.namespace === "" || settings.kmsKey !== undefined) return [];
  return [
    declareTemplate(scope, region, settings.namespace, `${scope.name}-copies-${region}`, {
      appliedFors: ["REPLICATION"],
      description: "Copies of bot-core's images",
      ...mutability(scope),
      encryptionConfigurations: [encryption(undefined)],
      lifecyclePolicy: retentionOf(scope, ""),
    }),
  ];
}

function declareCache(scope: EcrScope, { upstream, credential }: PullThroughCache): void {
  const { settings } = scope;
  const prefix = cachePrefix(upstream);
  const there = stateIn(scope, settings.region).caches.includes(prefix);
  const own = declareTemplate(scope, settings.region, prefix, `${scope.name}-cached-${prefix}`, {
    appliedFors: ["PULL_THROUGH_CACHE"],
    description: `Cached images of ${upstream}`,
    imageTagMutability: "MUTABLE",
    encryptionConfigurations: [encryption(undefined)],
    lifecyclePolicy: cacheLifecyclePolicy(),
  });
  new PullThroughCacheRule(
    `${scope.name}-cache-${prefix}`,
    {
      ecrRepositoryPrefix: prefix,
      upstreamRegistryUrl: upstreamUrl(upstream),
      ...(credential === undefined ? {} : { credentialArn: credential }),
    },
    pulumi.mergeOptions(
      { ...childOf(scope, settings.region), dependsOn: own },
      adoptOptions({
        id: there ? prefix : undefined,
        recorded: hasRecord(scope),
        mayDiffer: ["credentialArn", "upstreamRegistryUrl"],
        keep: true,
      }),
    ),
  );
}

type TemplateArgs = Omit<
  ConstructorParameters<typeof RepositoryCreationTemplate>[1],
  "prefix" | "region"
>;

function declareTemplate(
  scope: EcrScope,
  region: string,
  prefix: string,
  name: string,
  args: TemplateArgs,
): RepositoryCreationTemplate {
  const there = stateIn(scope, region).templates.includes(prefix);
  return new RepositoryCreationTemplate(
    name,
    { prefix, ...args },
    pulumi.mergeOptions(
      childOf(scope, region),
      adoptOptions({
        id: there ? prefix : undefined,
        recorded: hasRecord(scope),
        mayDiffer: Object.keys(args),
        keep: false,
      }),
    ),
  );
}

function stateIn({ found }: EcrScope, region: string): RegistryState {
  return found.registries[region] ?? EMPTY_REGISTRY;
}
