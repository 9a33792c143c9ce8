import { WorkloadIdentityPool, WorkloadIdentityPoolProvider } from "@pulumi/gcp/iam";
import { type Account, IAMMember } from "@pulumi/gcp/serviceaccount";
import type * as pulumi from "@pulumi/pulumi";
import { federatedMember, poolTrust } from "../../../lib/registries/gar/federation";
import { poolId, poolProviderId, type Role } from "../../../lib/registries/gar/names";
import { GITHUB_ISSUER } from "../../../lib/registries/github/subjects";
import { adoptOptions } from "../adopt";
import type { FoundGithub } from "./found";
import type { Identity } from "./identities";
import type { GarScope } from "./scope";

/** What a workflow does with the account once its own token is taken. */
const WORKLOAD_USER = "roles/iam.workloadIdentityUser";

/** The door that GitHub's workflows come in by. */
export interface Federation {
  readonly provider: WorkloadIdentityPoolProvider;
  readonly resources: readonly pulumi.Resource[];
}

/** Settings that a pool, which outlives the stack, may have otherwise. */
const POOL = ["deletionPolicy", "description", "disabled", "displayName"];
const POOL_PROVIDER = [...POOL, "attributeCondition", "attributeMapping", "oidc"];

/**
 * The trust in the tokens of one GitHub repository: its releases may act as the push account, all
 * its runs as the pull account. No key is made.
 */
export function declareFederation(
  scope: GarScope,
  github: FoundGithub,
  identities: Readonly<Record<Role, Identity>>,
  apis: readonly pulumi.Resource[],
): Federation {
  const pool = declarePool(scope, github, apis);
  const provider = declareProvider(scope, github, pool);
  const bindings = (["push", "pull"] as const).flatMap((role) => {
    const { account } = identities[role];
    return account === undefined ? [] : mayActAs(scope, github, pool, role, account);
  });
  return { provider, resources: [pool, provider, ...bindings] };
}

/** The pool of identities from outside of Google. It stays when the stack goes. */
function declarePool(
  { parent, name, settings, found: { recorded } }: GarScope,
  github: FoundGithub,
  apis: readonly pulumi.Resource[],
): WorkloadIdentityPool {
  const { project } = settings;
  return new WorkloadIdentityPool(
    `${name}-pool`,
    { project, workloadIdentityPoolId: poolId(settings), displayName: "GitHub Actions" },
    {
      parent,
      dependsOn: [...apis],
      ...adoptOptions({ id: github.pool, recorded, mayDiffer: POOL, keep: true }),
    },
  );
}

/** Which of GitHub's tokens the pool takes. It stays when the stack goes. */
function declareProvider(
  { parent, name, settings: { project }, found: { recorded } }: GarScope,
  github: FoundGithub,
  pool: WorkloadIdentityPool,
): WorkloadIdentityPoolProvider {
  const { repositoryId, defaultBranch } = github;
  return new WorkloadIdentityPoolProvider(
    `${name}-pool-provider`,
    {
      project,
      workloadIdentityPoolId: pool.workloadIdentityPoolId,
      workloadIdentityPoolProviderId: poolProviderId(repositoryId),
      displayName: "GitHub Actions",
      oidc: { issuerUri: GITHUB_ISSUER },
      ...poolTrust(repositoryId, defaultBranch),
    },
    {
      parent,
      ...adoptOptions({
        id: github.provider,
        recorded,
        mayDiffer: POOL_PROVIDER,
        keep: true,
      }),
    },
  );
}

/** Lets the workflows of a role act as its account. */
function mayActAs(
  { parent, name }: GarScope,
  { repositoryId }: FoundGithub,
  pool: WorkloadIdentityPool,
  role: Role,
  account: Account,
): IAMMember {
  return new IAMMember(
    `${name}-github-may-${role}`,
    {
      serviceAccountId: account.name,
      role: WORKLOAD_USER,
      member: pool.name.apply((poolName) => federatedMember(poolName, repositoryId, role)),
    },
    { parent },
  );
}
