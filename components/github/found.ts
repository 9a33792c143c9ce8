import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../../lib/errors";
import {
  hasDefaultSubject,
  policyId,
  rulesetId,
  variableValue,
} from "../../lib/registries/github/existing";
import type { DeploymentPolicy } from "../../lib/registries/github/protection";
import type { GithubRepositorySettings } from "../../lib/settings/settings";
import { askGithub } from "../githubRepository";

/** Variable that says which stack owns the repository's identities; it is written last. */
export const OWNER_VARIABLE = "PULUMI_STACK";

/** What a repository has already, as far as a stack that does not hold it yet would collide with it. */
export interface Found {
  /** true: this stack's state holds all of it, and nothing else was asked. */
  readonly held: boolean;
  /** Values of variables by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Numbers of the environment's policies, by pattern. */
  readonly policies: Readonly<Record<string, number>>;
  readonly ruleset?: number;
}

/** What may be there. */
export interface Wanted {
  readonly variables: readonly string[];
  readonly policies: readonly DeploymentPolicy[];
  readonly ruleset: string;
}

const HELD: Found = { held: true, variables: {}, policies: {} };

/**
 * Asks what the repository has, before anything is declared. Where the stack has a record and the
 * owner's variable names it, its state holds everything, and no more is asked.
 * @param recorded true: this stack's last update succeeded
 * @throws UserError `github-owned` where another stack owns the repository's identities
 */
export async function findExisting(
  settings: GithubRepositorySettings,
  wanted: Wanted,
  recorded: boolean,
): Promise<Found> {
  const owner = await askOwner(settings, recorded);
  const stack = pulumi.getStack();
  if (owner !== undefined && owner !== stack) throw owned(settings, owner);
  if (recorded && owner === stack) return HELD;
  const [variables, policies, rulesets, subject] = await Promise.all([
    askVariables(settings, wanted.variables),
    askGithub(settings, `${environmentPath(settings)}/deployment-branch-policies?per_page=100`),
    askGithub(settings, `${repositoryPath(settings)}/rulesets?includes_parents=false&per_page=100`),
    askGithub(settings, `${repositoryPath(settings)}/actions/oidc/customization/sub`),
  ]);
  if (!hasDefaultSubject(subject)) warnOfSubject(settings);
  const ruleset = rulesetId(rulesets, wanted.ruleset);
  return {
    held: false,
    variables,
    policies: Object.fromEntries(
      wanted.policies.flatMap((policy) => {
        const id = policyId(policies, policy);
        return id === undefined ? [] : [[policy.pattern, id] as const];
      }),
    ),
    ...(ruleset === undefined ? {} : { ruleset }),
  };
}

/**
 * A workflow's own GITHUB_TOKEN may read no variables. A stack that has a record goes on then: where
 * nothing has to change on GitHub, nothing more is asked of it.
 */
async function askOwner(
  settings: GithubRepositorySettings,
  recorded: boolean,
): Promise<string | undefined> {
  try {
    return await askVariable(settings, OWNER_VARIABLE);
  } catch (error) {
    if (!recorded || !(error instanceof UserError)) throw error;
    await pulumi.log.info(
      `This token may not read the variables of ${settings.owner}/${settings.name}: ` +
        "its side of the CI identities is taken to be as the last update left it",
    );
    return pulumi.getStack();
  }
}

async function askVariables(
  settings: GithubRepositorySettings,
  names: readonly string[],
): Promise<Record<string, string>> {
  const asked = names.map(async (name) => [name, await askVariable(settings, name)] as const);
  const values = await Promise.all(asked);
  return Object.fromEntries(
    values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

async function askVariable(
  settings: GithubRepositorySettings,
  name: string,
): Promise<string | undefined> {
  const path = `${repositoryPath(settings)}/actions/variables/${name}`;
  return variableValue(await askGithub(settings, path));
}

function repositoryPath({ owner, name }: GithubRepositorySettings): string {
  return `repos/${owner}/${name}`;
}

function environmentPath(settings: GithubRepositorySettings): string {
  return `${repositoryPath(settings)}/environments/${encodeURIComponent(settings.environment)}`;
}

function owned({ owner, name }: GithubRepositorySettings, stack: string): UserError {
  return new UserError(
    `\`github\` is on, and ${owner}/${name} is stack \`${stack}\`'s already ` +
      `(its Actions variable ${OWNER_VARIABLE}); one stack alone declares a repository's ` +
      "identities. Set `github` to false here; or, if that stack is no more, " +
      `gh variable delete ${OWNER_VARIABLE} --repo ${owner}/${name}`,
    "github-owned",
  );
}

function warnOfSubject({ owner, name }: GithubRepositorySettings): void {
  void pulumi.log.warn(
    `${owner}/${name} gives its tokens a subject of its own format, which no cloud was told to ` +
      `trust: gh api -X PUT repos/${owner}/${name}/actions/oidc/customization/sub -F use_default=true`,
  );
}
