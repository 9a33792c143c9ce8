import {
  GITHUB_ISSUER,
  type GithubRepositoryNames,
  pushRefs,
  subjects,
  type WorkflowRef,
} from "../github/subjects";
import { arnPartition } from "./names";

/** Audience that AWS's own login action asks GitHub for. */
export const AUDIENCE = "sts.amazonaws.com";

/** Issuer without its scheme: how IAM names it. */
const ISSUER = new URL(GITHUB_ISSUER).host;

export interface TrustPlace {
  readonly accountId: string;
  readonly region: string;
}

/** Whose workflows may take a role; the numbers make a name that is taken over worthless. */
export interface GithubTrust {
  readonly repository: GithubRepositoryNames;
  readonly defaultBranch: string;
  readonly environment: string;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface TrustStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Condition?: Conditions;
}

/** ARN of GitHub's OIDC provider: there is one of an issuer in an account. */
export function githubProviderArn({ accountId, region }: TrustPlace): string {
  return `arn:${arnPartition(region)}:iam::${accountId}:oidc-provider/${ISSUER}`;
}

/** The default branch, `v*` tags and the environment may push; nothing else may. */
export function pushTrust(place: TrustPlace, github: GithubTrust): string {
  return document(githubStatements(place, github, pushRefs(github)));
}

/**
 * Identities of this account that are allowed to assume it may pull; so may the repository's workflows,
 * those of its pull requests too.
 * @param github absent: this account alone
 */
export function pullTrust(place: TrustPlace, github?: GithubTrust): string {
  return document([
    {
      Sid: "ThisAccount",
      Effect: "Allow",
      Principal: { AWS: `arn:${arnPartition(place.region)}:iam::${place.accountId}:root` },
      Action: "sts:AssumeRole",
    },
    ...(github === undefined ? [] : githubStatements(place, github, readRefs(github))),
  ]);
}

/** The repository's workflows may verify, those of its pull requests too. */
export function verifyTrust(place: TrustPlace, github: GithubTrust): string {
  return document(githubStatements(place, github, readRefs(github)));
}

/** Pull requests of forks get no token of GitHub's, so these are the repository's own. */
function readRefs(github: GithubTrust): readonly WorkflowRef[] {
  return [...pushRefs(github), { kind: "pullRequest" }];
}

/**
 * Subjects are compared as they stand, and by wildcard only where there is one, because an
 * environment's name may hold a `*`. Never `ForAllValues:`, which a token without the claim passes.
 */
function githubStatements(
  place: TrustPlace,
  github: GithubTrust,
  refs: readonly WorkflowRef[],
): TrustStatement[] {
  const statement = (
    sid: string,
    operator: string,
    named: readonly WorkflowRef[],
  ): TrustStatement => ({
    Sid: sid,
    Effect: "Allow",
    Principal: { Federated: githubProviderArn(place) },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: conditions(operator, subjects(github.repository, named)),
  });
  return [
    statement(
      "GithubExact",
      "StringEquals",
      refs.filter(({ kind }) => kind !== "tag"),
    ),
    statement(
      "GithubTags",
      "StringLike",
      refs.filter(({ kind }) => kind === "tag"),
    ),
  ];
}

function conditions(operator: string, subs: readonly string[]): Conditions {
  const audience = { [`${ISSUER}:aud`]: AUDIENCE };
  const subject = { [`${ISSUER}:sub`]: [...subs] };
  return operator === "StringEquals"
    ? { StringEquals: { ...audience, ...subject } }
    : { StringEquals: audience, [operator]: subject };
}

function document(statements: readonly TrustStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
