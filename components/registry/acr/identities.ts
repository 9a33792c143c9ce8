import { RoleAssignment } from "@pulumi/azure-native/authorization";
import type { Registry } from "@pulumi/azure-native/containerregistry";
import {
  FederatedIdentityCredential,
  UserAssignedIdentity,
} from "@pulumi/azure-native/managedidentity";
import type * as pulumi from "@pulumi/pulumi";
import { AZURE_AUDIENCE, federatedSubjects } from "../../../lib/registries/acr/federation";
import {
  identityName,
  type Role,
  roleAssignmentName,
  subscriptionOf,
} from "../../../lib/registries/acr/names";
import { roleDefinitionId } from "../../../lib/registries/acr/roles";
import { GITHUB_ISSUER } from "../../../lib/registries/github/subjects";
import type { FoundGithub } from "./found";
import type { AcrScope } from "./scope";

/** A managed identity with its role and the workflows that act as it. */
export interface Identity {
  readonly identity: UserAssignedIdentity;
  readonly resources: readonly pulumi.Resource[];
}

/** An identity of GitHub's workflows, with one role on the one registry and no password. */
export function declareIdentity(
  scope: AcrScope,
  github: FoundGithub,
  role: Role,
  registry: Registry,
): Identity {
  const { parent, name, settings } = scope;
  const { resourceGroup, location } = settings;
  const identity = new UserAssignedIdentity(
    `${name}-${role}`,
    {
      resourceGroupName: resourceGroup,
      resourceName: identityName(settings.name, role),
      ...(location === undefined ? {} : { location }),
    },
    { parent },
  );
  const assignment = new RoleAssignment(
    `${name}-${role}-role`,
    {
      roleAssignmentName: roleAssignmentName(
        settings.name,
        identityName(settings.name, role),
        role,
      ),
      scope: registry.id,
      roleDefinitionId: subscription(registry).apply((id) => roleDefinitionId(id, role)),
      principalId: identity.principalId,
      // Without it Azure looks the new identity up in a directory that does not have it yet.
      principalType: "ServicePrincipal",
    },
    { parent },
  );
  return {
    identity,
    resources: [identity, assignment, ...credentials(scope, github, role, identity)],
  };
}

/** The subscription that the registry is in. */
export function subscription(registry: Registry): pulumi.Output<string> {
  return registry.id.apply((id) => {
    const found = subscriptionOf(id);
    if (found === undefined) throw new Error(`the registry's id names no subscription: ${id}`);
    return found;
  });
}

/**
 * One after another: Azure refuses two at once for one identity
 * (`ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity`, pulumi-azure-native#4343).
 */
function credentials(
  { parent, name, settings }: AcrScope,
  github: FoundGithub,
  role: Role,
  identity: UserAssignedIdentity,
): readonly FederatedIdentityCredential[] {
  const declared: FederatedIdentityCredential[] = [];
  for (const subject of federatedSubjects(github, github, role)) {
    const previous = declared.at(-1);
    declared.push(
      new FederatedIdentityCredential(
        `${name}-${role}-${subject.name}`,
        {
          resourceGroupName: settings.resourceGroup,
          resourceName: identity.name,
          federatedIdentityCredentialResourceName: `github-${subject.name}`,
          issuer: GITHUB_ISSUER,
          subject: subject.subject,
          audiences: [AZURE_AUDIENCE],
        },
        { parent, ...(previous === undefined ? {} : { dependsOn: [previous] }) },
      ),
    );
  }
  return declared;
}
