import { Provider } from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import type { GarSettings } from "../../../lib/settings/registrySettings";
import { RegistryComponent, type Declared } from "../component";
import type { DeclareRegistry, RegistryArgs } from "../contract";
import { noteAdoption, lookUp, type Found } from "./found";
import { declareApis } from "./apis";
import { declareCaches } from "./caches";
import { declareFederation } from "./federation";
import { declarePullAccount, declarePushAccount, mayImpersonate } from "./identities";
import { declareRepository } from "./repository";
import type { GarScope } from "./scope";

/**
 * Google Artifact Registry. It owns the repository with its cleanup policies, the repositories that
 * copy others through, the weaker pull identity and, where `github` is on, the push identity with the
 * trust in that GitHub repository. Deleting it leaves the repository with its images, unless
 * `retention.deleteOnDestroy`, and the pool, whose name Google keeps for 30 days otherwise.
 */
export class GarRegistry extends RegistryComponent {
  /** @param found what is there already; undefined: everything is used as it is */
  public constructor(
    name: string,
    settings: GarSettings,
    args: RegistryArgs,
    found: Found | undefined,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "bot-core:index:GarRegistry",
      name,
      settings,
      args,
      (parent) =>
        found === undefined ? { before: [] } : declareAll({ parent, name, settings, args, found }),
      opts,
    );
  }
}

export const declare: DeclareRegistry<"gar"> = async (name, settings, args, opts) => {
  if (!settings.manage) return new GarRegistry(name, settings, args, undefined, opts);
  const provider = googleProvider(name, settings, opts);
  const found = await lookUp(settings, args, provider);
  noteAdoption(found);
  const own = pulumi.mergeOptions(opts, { providers: [provider] });
  return new GarRegistry(name, settings, args, found, own);
};

/**
 * The provider names the project, so that no configuration of the provider's own is needed. Region
 * and zone, which the SDK would take from this machine's environment, are of no use here, and would
 * be a change on every other machine.
 */
function googleProvider(
  name: string,
  { project }: GarSettings,
  opts?: pulumi.ComponentResourceOptions,
): Provider {
  const { parent } = opts ?? {};
  return new Provider(
    `${name}-gcp`,
    { project },
    { ...(parent === undefined ? {} : { parent }), ignoreChanges: ["region", "zone"] },
  );
}

function declareAll(scope: GarScope): Declared {
  const { name, parent, settings, found } = scope;
  const apis = declareApis(scope);
  const repository = declareRepository(scope, apis);
  const caches = declareCaches(scope, repository, apis);
  const pull = declarePullAccount(scope, repository, caches, apis);
  const before = [...apis, repository, ...caches, ...pull.resources];
  const source = pull.source === undefined ? {} : { pull: pull.source };
  if (found.github === undefined) return { ...source, before };
  const push = declarePushAccount(scope, repository, apis);
  const impersonation =
    pull.account === undefined
      ? []
      : [mayImpersonate(`${name}-push-may-pull`, pull.account, push.account.member, { parent })];
  const { provider, resources } = declareFederation(scope, found.github, { push, pull }, apis);
  return {
    ...source,
    before: [...before, ...push.resources, ...impersonation, ...resources],
    actionsVariables: {
      GCP_WORKLOAD_IDENTITY_PROVIDER: provider.name,
      GCP_PUSH_SERVICE_ACCOUNT: push.account.email,
      GCP_PULL_SERVICE_ACCOUNT: pull.account?.email ?? settings.pullServiceAccount ?? "",
    },
  };
}
