import * as pulumi from "@pulumi/pulumi";
import { pullSourceOf, replicaServers } from "../../../lib/registries/ecr/replication";
import type { EcrSettings } from "../../../lib/settings/registrySettings";
import { type Declared, RegistryComponent } from "../component";
import type { DeclareRegistry, RegistryArgs } from "../contract";
import { registryPlace } from "../place";
import { declareAccount } from "./account";
import { declareIdentities } from "./identities";
import { type EcrFound, lookUp } from "./lookUp";
import { declareProviders } from "./providers";
import { declareRepositories } from "./repositories";
import type { EcrProviders, EcrScope } from "./scope";

/** What is known before the component is declared; absent where the registry is used as it is. */
export interface EcrManaged {
  readonly providers: EcrProviders;
  readonly found: EcrFound;
  readonly paths: Readonly<Record<string, string>>;
}

/**
 * Amazon ECR: a repository a service with its rules, in every region that has a copy; the role that
 * pulls; and for GitHub's workflows the roles that push and verify. Deleting it leaves repositories
 * with their images, the OIDC provider and the registry's own settings; `retention.deleteOnDestroy`
 * deletes the repositories with all that is in them.
 */
export class EcrRegistry extends RegistryComponent {
  public constructor(
    name: string,
    settings: EcrSettings,
    args: RegistryArgs,
    managed: EcrManaged | undefined,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const declareOwn = (parent: pulumi.ComponentResource): Declared =>
      managed === undefined
        ? unmanaged(settings)
        : declareAll({ name, parent, settings, args, ...managed });
    super("bot-core:index:EcrRegistry", name, settings, args, declareOwn, opts);
  }
}

/** Asks AWS what exists, and declares the registry. With `manage: false` nothing of AWS is declared. */
export const declare: DeclareRegistry<"ecr"> = async (name, settings, args, opts) => {
  if (!settings.manage) return new EcrRegistry(name, settings, args, undefined, opts);
  const place = registryPlace(settings);
  const services = [...args.services].sort();
  const paths = Object.fromEntries(
    services.map((service) => [service, place.repositoryPath(service)]),
  );
  const providers = declareProviders(name, settings, opts);
  const found = await lookUp(settings, args, providers, Object.values(paths));
  return new EcrRegistry(name, settings, args, { providers, found, paths }, opts);
};

function unmanaged(settings: EcrSettings): Declared {
  const { here, there } = pullSourceOf(settings, settings.pullRoleArn);
  return { pull: here, pullThere: there, before: [], replicas: replicaServers(settings) };
}

function declareAll(scope: EcrScope): Declared {
  const { settings } = scope;
  const repositories = declareRepositories(scope);
  const account = declareAccount(scope, repositories);
  const { pullRoleArn, variables } = declareIdentities(scope);
  // Whoever uses the registry, an index without a build too, comes after its repositories.
  const arns = repositories.map(({ arn }) => arn);
  const sources = pulumi
    .all([pullRoleArn, ...arns])
    .apply(([roleArn]) => pullSourceOf(settings, roleArn));
  return {
    pull: sources.here,
    pullThere: sources.there,
    before: [...repositories, ...account],
    actionsVariables: variables,
    replicas: replicaServers(settings),
  };
}
