import { arnPartition } from "./names";

/** The repositories that an identity may use. */
export interface PolicyScope {
  readonly accountId: string;
  /** Region of the registry, and those of its copies. */
  readonly regions: readonly string[];
  /** Repository names, e.g. `bot-core/web`. */
  readonly repositories: readonly string[];
  /** Prefixes of pull-through caches in the registry's own region. Default: none. */
  readonly caches?: readonly string[];
}

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

const READ = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:GetDownloadUrlForLayer",
] as const;
const LOOK = ["ecr:DescribeImages", "ecr:ListImages"] as const;
const WRITE = [
  "ecr:CompleteLayerUpload",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
] as const;

/**
 * Pulls by digest, everywhere where the images are; nothing else. A cached image that is not there yet
 * is made by the pull, so that a cache needs two actions more.
 */
export function pullPolicy(scope: PolicyScope): string {
  return document([login(), allow("Pull", READ, repositoryArns(scope)), ...cacheStatements(scope)]);
}

/**
 * Pushes to the registry itself; copies are AWS's. It deletes nothing, and changes no setting.
 * @param pullRoleArn the weaker identity, which a run that pushes uses for the host. Default: none
 */
export function pushPolicy(scope: PolicyScope, pullRoleArn?: string): string {
  const [home = ""] = scope.regions;
  const arns = repositoryArns({ ...scope, regions: [home] });
  return document([
    login(),
    allow("Push", [...READ, ...LOOK, ...WRITE], arns),
    ...cacheStatements(scope),
    ...(pullRoleArn === undefined ? [] : [allow("Pull", ["sts:AssumeRole"], [pullRoleArn])]),
  ]);
}

/** Reads images, signatures and what a scan found. */
export function verifyPolicy(scope: PolicyScope): string {
  const actions = [...READ, ...LOOK, "ecr:DescribeImageScanFindings"];
  return document([login(), allow("Verify", actions, repositoryArns(scope))]);
}

/** The one action that AWS grants on no resource: it names none. */
function login(): Statement {
  return allow("Login", ["ecr:GetAuthorizationToken"], ["*"]);
}

function cacheStatements({ caches = [], ...scope }: PolicyScope): Statement[] {
  if (caches.length === 0) return [];
  const [home = ""] = scope.regions;
  const repositories = caches.map((prefix) => `${prefix}/*`);
  const actions = [...READ, "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"];
  return [allow("Cache", actions, repositoryArns({ ...scope, regions: [home], repositories }))];
}

function repositoryArns({ accountId, regions, repositories }: PolicyScope): string[] {
  return regions.flatMap((region) =>
    repositories.map(
      (name) => `arn:${arnPartition(region)}:ecr:${region}:${accountId}:repository/${name}`,
    ),
  );
}

function allow(sid: string, actions: readonly string[], resources: readonly string[]): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: [...actions].sort(),
    Resource: [...new Set(resources)].sort(),
  };
}

function document(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
