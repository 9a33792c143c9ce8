import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy";
import { Repository } from "@pulumi/aws/ecr/repository";
import * as pulumi from "@pulumi/pulumi";
import { exclusionFilters } from "../../../lib/registries/ecr/immutability";
import { lifecyclePolicy } from "../../../lib/registries/ecr/lifecycle";
import { keyIn, replicaServers } from "../../../lib/registries/ecr/replication";
import { isFloatingAlias, releaseTags } from "../../../lib/tags";
import { adoptionNote, adoptOptions, isAdopted } from "../adopt";
import type { FoundRepository } from "./lookUp";
import { childOf, type EcrScope, TAGS } from "./scope";

const IMMUTABLE = "IMMUTABLE_WITH_EXCLUSION";
const FILTERS = "imageTagMutabilityExclusionFilters";
/**
 * What an existing repository may have otherwise; the next run brings it. Encryption is chosen for
 * good when a repository is made, and tags are its owner's.
 */
const MAY_DIFFER = ["imageTagMutability", FILTERS, "imageScanningConfiguration", "forceDelete"];
const LEFT_ALONE = ["encryptionConfigurations", "tags"];

/** The repositories in every region, with what expires there. */
export function declareRepositories(scope: EcrScope): Repository[] {
  const { settings } = scope;
  const regions = [settings.region, ...[...settings.replicas].sort()];
  const repositories = regions.flatMap((region) =>
    Object.entries(scope.paths).map(([service, path]) => declareOne(scope, region, service, path)),
  );
  noteAdopted(scope, regions);
  return repositories;
}

function declareOne(scope: EcrScope, region: string, service: string, path: string): Repository {
  const { settings, args } = scope;
  const isHome = region === settings.region;
  const name = `${scope.name}-${service}${isHome ? "" : `-${region}`}`;
  const found = scope.found.repositories[region]?.[path];
  const { deleteOnDestroy } = args.retention;
  const repository = new Repository(
    name,
    {
      name: path,
      ...mutability(scope),
      imageScanningConfiguration: { scanOnPush: settings.scanning !== "off" },
      encryptionConfigurations: [encryption(keyIn(settings, region))],
      ...(deleteOnDestroy ? { forceDelete: true } : {}),
      tags: { ...TAGS, Service: service },
    },
    pulumi.mergeOptions(
      { ...childOf(scope, region), ignoreChanges: [...LEFT_ALONE, ...settled(scope, found)] },
      adoptOptions({
        id: found === undefined ? undefined : path,
        recorded: isRecorded(scope, region, path),
        mayDiffer: MAY_DIFFER,
        keep: !deleteOnDestroy,
      }),
    ),
  );
  new LifecyclePolicy(
    `${name}-retention`,
    { repository: repository.name, policy: retentionOf(scope, path) },
    // A changed policy is a new one to the provider; made first, the old one's end would delete it.
    { ...childOf(scope, region), deleteBeforeReplace: true },
  );
  return repository;
}

/** Immutable but for what the deployed version's releases may move; the same in every region. */
export function mutability({ args }: Pick<EcrScope, "args">) {
  const filters = exclusionFilters({ version: args.version, branch: args.source?.branch });
  return {
    imageTagMutability: IMMUTABLE,
    [FILTERS]: filters.map((filter) => ({ filter, filterType: "WILDCARD" })),
  };
}

export function encryption(kmsKey: string | undefined) {
  return kmsKey === undefined ? { encryptionType: "AES256" } : { encryptionType: "KMS", kmsKey };
}

/** What ECR removes by itself from a repository, with the tags that this run puts there. */
export function retentionOf({ args, found }: EcrScope, path: string): string {
  const existing = found.tags[path] ?? [];
  return lifecyclePolicy({
    retention: args.retention,
    platforms: args.platforms.length,
    versions: [args.version, ...(args.previousVersion === undefined ? [] : [args.previousVersion])],
    tags: [...existing, ...tagsToCome(args, existing)],
    defaultBranch: args.github.kind === "off" ? undefined : args.github.defaultBranch,
  });
}

/** So that the run after a release finds nothing to change. */
function tagsToCome(
  { version, source, publishes }: EcrScope["args"],
  existing: readonly string[],
): string[] {
  if (publishes === false || source === undefined || isFloatingAlias(version)) return [];
  return releaseTags({ version, source, existing }).map(({ tag }) => tag);
}

/** A run that moves no tag leaves the filters of the run that did: its branch is another perhaps. */
function settled({ args }: EcrScope, found: FoundRepository | undefined): string[] {
  return args.publishes === false && found?.mutability === IMMUTABLE ? [FILTERS] : [];
}

function isRecorded({ settings, args }: EcrScope, region: string, path: string): boolean {
  const server = replicaServers(settings)[region] ?? settings.endpoint.server;
  return (args.recorded ?? []).includes(`${server}/${path}`);
}

function noteAdopted(scope: EcrScope, regions: readonly string[]): void {
  const { settings, found } = scope;
  const all = regions.flatMap((region) =>
    Object.entries(found.repositories[region] ?? {}).map(([path, one]) => ({ region, path, one })),
  );
  const adopted = all.filter(({ region, path }) =>
    isAdopted({ id: path, recorded: isRecorded(scope, region, path) }),
  );
  const note = adoptionNote(
    adopted.map(({ region, path }) => (region === settings.region ? path : `${path} (${region})`)),
  );
  if (note !== undefined) void pulumi.log.info(note, scope.parent);
  for (const { region, path, one } of all) {
    if (one.kmsKey === keyIn(settings, region)) continue;
    void pulumi.log.warn(
      `${path} (${region}) is encrypted by ${one.kmsKey ?? "ECR's own key"} and stays so: ECR ` +
        "chooses the key when a repository is made; `registry.kmsKey` counts for new ones",
      scope.parent,
    );
  }
}
