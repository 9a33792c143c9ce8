import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import { cachePrefix, roleName, type RoleKind } from "../../../lib/registries/ecr/names";
import {
  type PolicyScope,
  pullPolicy,
  pushPolicy,
  verifyPolicy,
} from "../../../lib/registries/ecr/policies";
import {
  AUDIENCE,
  type GithubTrust,
  pullTrust,
  pushTrust,
  verifyTrust,
} from "../../../lib/registries/ecr/trust";
import { GITHUB_ISSUER } from "../../../lib/registries/github/subjects";
import { adoptOptions } from "../adopt";
import { childOf, type EcrScope, TAGS } from "./scope";

/** Who pulls, and by what a workflow logs in. */
export interface EcrIdentities {
  /** ARN of the role that pulls; known once it stands with its policy. */
  readonly pullRoleArn: pulumi.Output<string>;
  /** Empty where `github` is off. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * The roles: one that pulls, and for GitHub's workflows one that pushes and one that verifies. All are
 * taken for an hour at a time; there is no user and no key.
 */
export function declareIdentities(scope: EcrScope): EcrIdentities {
  const { settings } = scope;
  const trust = githubTrust(scope);
  const oidc = trust === undefined ? [] : [declareOidc(scope)];
  const policies = policyScope(scope);
  const pullRoleArn =
    settings.pullRoleArn === undefined
      ? declareRole(scope, "pull", pullTrust(settings, trust), pullPolicy(policies), oidc)
      : pulumi.output(settings.pullRoleArn);
  if (trust === undefined) return { pullRoleArn, variables: {} };
  const mayPull = pullRoleArn.apply((arn) => pushPolicy(policies, arn));
  return {
    pullRoleArn,
    variables: {
      AWS_ACCOUNT_ID: settings.accountId,
      AWS_REGION: settings.region,
      AWS_ROLE_TO_ASSUME: declareRole(scope, "push", pushTrust(settings, trust), mayPull, oidc),
      AWS_PULL_ROLE_TO_ASSUME: pullRoleArn,
      AWS_VERIFY_ROLE_TO_ASSUME: declareRole(
        scope,
        "verify",
        verifyTrust(settings, trust),
        verifyPolicy(policies),
        oidc,
      ),
    },
  };
}

function policyScope({ settings, paths }: EcrScope): PolicyScope {
  return {
    accountId: settings.accountId,
    regions: [settings.region, ...settings.replicas],
    repositories: Object.values(paths),
    caches: settings.cache.map(({ upstream }) => cachePrefix(upstream)),
  };
}

function githubTrust({ args, found }: EcrScope): GithubTrust | undefined {
  if (args.github.kind === "off" || found.github === undefined) return undefined;
  const { defaultBranch, environment } = args.github;
  return { repository: found.github, defaultBranch, environment };
}

const DESCRIPTIONS: Readonly<Record<RoleKind, string>> = {
  push: "Pushes bot-core's images from GitHub Actions",
  pull: "Pulls bot-core's images",
  verify: "Reads bot-core's images and their signatures from GitHub Actions",
};

/** @returns its ARN, known once it has its policy */
function declareRole(
  scope: EcrScope,
  kind: RoleKind,
  trust: string,
  policy: pulumi.Input<string>,
  dependsOn: readonly pulumi.Resource[],
): pulumi.Output<string> {
  const { settings } = scope;
  const options = childOf(scope, settings.region);
  const role = new Role(
    `${scope.name}-${kind}`,
    {
      name: roleName(settings.namespace, settings.region, kind),
      description: DESCRIPTIONS[kind],
      assumeRolePolicy: trust,
      tags: { ...TAGS },
    },
    { ...options, dependsOn: [...dependsOn] },
  );
  const granted = new RolePolicy(
    `${scope.name}-${kind}`,
    { name: kind, role: role.name, policy },
    options,
  );
  return pulumi.all([role.arn, granted.id]).apply(([arn]) => arn);
}

/** There is one of an issuer in an account: it is taken as it is, and stays for whoever else uses it. */
function declareOidc(scope: EcrScope): OpenIdConnectProvider {
  const { oidc } = scope.found;
  if (oidc !== undefined && !oidc.audiences.includes(AUDIENCE)) {
    void pulumi.log.warn(
      `the account's OIDC provider of GitHub does not take the audience ${AUDIENCE}, so that no ` +
        "workflow can log in; add it: `aws iam add-client-id-to-open-id-connect-provider " +
        `--open-id-connect-provider-arn ${oidc.arn} --client-id ${AUDIENCE}\``,
      scope.parent,
    );
  }
  return new OpenIdConnectProvider(
    `${scope.name}-github`,
    { url: GITHUB_ISSUER, clientIdLists: [AUDIENCE], tags: { ...TAGS } },
    pulumi.mergeOptions(
      childOf(scope, scope.settings.region),
      adoptOptions({
        id: oidc?.arn,
        recorded: false,
        mayDiffer: ["clientIdLists", "thumbprintLists", "tags"],
        keep: true,
      }),
    ),
  );
}
