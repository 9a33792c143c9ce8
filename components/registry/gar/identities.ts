import { type Repository, RepositoryIamMember } from "@pulumi/gcp/artifactregistry";
import { Account, IAMMember } from "@pulumi/gcp/serviceaccount";
import type * as pulumi from "@pulumi/pulumi";
import { type Role, serviceAccountId } from "../../../lib/registries/gar/names";
import type { CredentialSource } from "../../../lib/resources/registry";
import type { GarScope } from "./scope";

const REPOSITORY_ROLES: Readonly<Record<Role, string>> = {
  push: "roles/artifactregistry.writer",
  pull: "roles/artifactregistry.reader",
};

/** Asks for tokens of a service account: what the program does before it pulls. */
const TOKEN_CREATOR = "roles/iam.serviceAccountTokenCreator";

/** A service account with what it may do. */
export interface Identity {
  /** Undefined: one that somebody made, which is used as it is. */
  readonly account: Account | undefined;
  readonly resources: readonly pulumi.Resource[];
}

export interface PushIdentity extends Identity {
  readonly account: Account;
}

export interface PullIdentity extends Identity {
  /** Undefined: the settings' own identity. */
  readonly source: pulumi.Output<CredentialSource> | undefined;
}

/** Who pushes from GitHub: writes to the one repository, and can do nothing else. */
export function declarePushAccount(
  scope: GarScope,
  repository: Repository,
  apis: readonly pulumi.Resource[],
): PushIdentity {
  const account = serviceAccount(scope, "push", apis);
  const writer = repositoryMember(scope, `${scope.name}-push-writer`, "push", repository, account);
  return { account, resources: [account, writer] };
}

/**
 * Who pulls: reads the repository, and what is copied through. The signed-in person may ask for its
 * tokens, which is all that a pull needs: no key of it exists.
 */
export function declarePullAccount(
  scope: GarScope,
  repository: Repository,
  caches: readonly Repository[],
  apis: readonly pulumi.Resource[],
): PullIdentity {
  const { name, parent, settings, found } = scope;
  if (settings.pullServiceAccount !== undefined) {
    return { account: undefined, source: undefined, resources: [] };
  }
  const account = serviceAccount(scope, "pull", apis);
  const readers = [repository, ...caches].map((readable, at) =>
    repositoryMember(scope, `${name}-pull-reader${suffix(at)}`, "pull", readable, account),
  );
  const operator =
    found.operator === undefined
      ? []
      : [
          mayImpersonate(`${name}-operator-may-pull`, account, found.operator, {
            parent,
            // Whoever runs the program is not the same on every machine: who made it keeps it.
            ignoreChanges: ["member"],
          }),
        ];
  const source = account.email.apply(pullSource);
  return { account, source, resources: [account, ...readers, ...operator] };
}

/** Lets `member` ask for tokens of the account. */
export function mayImpersonate(
  name: string,
  account: Account,
  member: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): IAMMember {
  return new IAMMember(name, { serviceAccountId: account.name, role: TOKEN_CREATOR, member }, opts);
}

function pullSource(serviceAccountEmail: string): CredentialSource {
  return { kind: "gar", serviceAccount: serviceAccountEmail };
}

function serviceAccount(
  { parent, name, settings }: GarScope,
  role: Role,
  apis: readonly pulumi.Resource[],
): Account {
  return new Account(
    `${name}-${role}`,
    {
      project: settings.project,
      accountId: serviceAccountId(settings, role),
      displayName: `bot-core: ${role}`,
      // Its name is free again after a destroy, and taken after one that was cut short.
      createIgnoreAlreadyExists: true,
    },
    { parent, dependsOn: [...apis] },
  );
}

function repositoryMember(
  { parent, settings }: GarScope,
  name: string,
  role: Role,
  repository: Repository,
  account: Account,
): RepositoryIamMember {
  return new RepositoryIamMember(
    name,
    {
      project: settings.project,
      location: settings.location,
      repository: repository.repositoryId,
      role: REPOSITORY_ROLES[role],
      member: account.member,
    },
    { parent },
  );
}

function suffix(at: number): string {
  return at === 0 ? "" : `-${at.toString()}`;
}
