import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import {
  deploymentPolicies,
  type DeploymentPolicy,
  versionRuleset,
} from "../lib/registries/github/protection";
import type { GithubRepositorySettings } from "../lib/settings/settings";
import { findExisting, type Found, OWNER_VARIABLE } from "./github/found";
import { askReviewers, type Reviewers } from "./github/reviewers";
import { githubProvider } from "./githubRepository";
import { adoptionNote, adoptOptions } from "./registry/adopt";

/** What the repository's workflows are given. */
export interface GithubActionsArgs {
  readonly settings: GithubRepositorySettings;
  /** Variables for its workflows, by name; none is secret. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
  readonly reviewers: Reviewers;
  readonly found: Found;
}

/**
 * A repository's side of deployments: the environment with who may deploy there from what, the
 * variables that its workflows log in by, and the ruleset that keeps `v*` tags. No secret is among
 * them. Deleting this deletes the variables; environment (with the secrets that people put there) and
 * ruleset stay.
 */
export class GithubActions extends pulumi.ComponentResource {
  public readonly environment: github.RepositoryEnvironment;
  public readonly ruleset: github.RepositoryRuleset;
  private readonly prefix: string;

  public constructor(
    name: string,
    private readonly args: GithubActionsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const providers = [githubProvider(args.settings)];
    super("bot-core:index:GithubActions", name, {}, pulumi.mergeOptions({ providers }, opts));
    this.prefix = name;
    this.environment = this.declareEnvironment();
    const policies = deploymentPolicies(args.settings.defaultBranch);
    const declared = policies.map((policy) => this.declarePolicy(policy));
    this.ruleset = this.declareRuleset();
    const variables = Object.entries(args.variables).map(([variable, value]) =>
      this.declareVariable(variable, value),
    );
    // Last, because it says to later runs that everything else stands.
    this.declareVariable(OWNER_VARIABLE, pulumi.getStack(), [
      ...declared,
      ...variables,
      this.ruleset,
    ]);
    this.registerOutputs({ environment: this.environment.environment });
  }

  /** Putting an environment that exists changes it, so that it needs no import. */
  private declareEnvironment(): github.RepositoryEnvironment {
    const { settings, reviewers } = this.args;
    const isReviewed = reviewers.users.length + reviewers.teams.length > 0;
    return new github.RepositoryEnvironment(
      `${this.prefix}-environment`,
      {
        repository: settings.name,
        environment: settings.environment,
        canAdminsBypass: false,
        preventSelfReview: isReviewed,
        ...(isReviewed ? { reviewers: [reviewers] } : {}),
        deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
      },
      { parent: this, retainOnDelete: true },
    );
  }

  private declarePolicy({ kind, pattern }: DeploymentPolicy): pulumi.Resource {
    const { settings, found } = this.args;
    const number = found.policies[pattern];
    const id =
      number === undefined
        ? undefined
        : `${settings.name}:${settings.environment}:${number.toString()}`;
    return new github.RepositoryEnvironmentDeploymentPolicy(
      `${this.prefix}-deploys-from-${kind}`,
      {
        repository: settings.name,
        environment: this.environment.environment,
        ...(kind === "branch" ? { branchPattern: pattern } : { tagPattern: pattern }),
      },
      { parent: this, ...adoptOptions({ id, recorded: found.held, keep: true }) },
    );
  }

  /**
   * It is imported by another id than the one it has later, so that an import of one which the state
   * holds replaces it there: it is always kept, and then that changes nothing on GitHub.
   */
  private declareRuleset(): github.RepositoryRuleset {
    const { settings, found } = this.args;
    const { ruleset, held } = found;
    const id = ruleset === undefined ? undefined : `${settings.name}:${ruleset.toString()}`;
    const mayDiffer = ["enforcement", "conditions", "rules", "bypassActors"];
    return new github.RepositoryRuleset(
      `${this.prefix}-versions`,
      { repository: settings.name, ...versionRuleset() },
      { parent: this, ...adoptOptions({ id, recorded: held, mayDiffer, keep: true }) },
    );
  }

  private declareVariable(
    variable: string,
    value: pulumi.Input<string>,
    dependsOn: pulumi.Resource[] = [],
  ): pulumi.Resource {
    const { settings, found } = this.args;
    const id = found.variables[variable] === undefined ? undefined : `${settings.name}:${variable}`;
    return new github.ActionsVariable(
      `${this.prefix}-${variable.toLowerCase().replaceAll("_", "-")}`,
      { repository: settings.name, variableName: variable, value },
      {
        parent: this,
        dependsOn,
        ...adoptOptions({ id, recorded: found.held, mayDiffer: ["value"], keep: false }),
      },
    );
  }
}

/** What is known before GitHub is asked. */
export interface GithubActionsInputs {
  /** Variables for the workflows, by name; none is secret. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
  /** true: this stack's last update succeeded. */
  readonly recorded: boolean;
}

/**
 * Declares the repository's side. What GitHub has already is asked first.
 * @throws UserError where GitHub refuses to tell, knows a reviewer not, or another stack owns it
 */
export async function declareGithubActions(
  name: string,
  settings: GithubRepositorySettings,
  { variables, recorded }: GithubActionsInputs,
  opts?: pulumi.ComponentResourceOptions,
): Promise<GithubActions> {
  const wanted = {
    variables: [...Object.keys(variables), OWNER_VARIABLE],
    policies: deploymentPolicies(settings.defaultBranch),
    ruleset: versionRuleset().name,
  };
  const [reviewers, found] = await Promise.all([
    askReviewers(settings),
    findExisting(settings, wanted, recorded),
  ]);
  const note = adoptionNote(namesOf(found));
  if (note !== undefined) void pulumi.log.info(note);
  return new GithubActions(name, { settings, variables, reviewers, found }, opts);
}

function namesOf({ variables, policies, ruleset }: Found): string[] {
  return [
    ...Object.keys(variables).map((name) => `variable ${name}`),
    ...Object.keys(policies).map((pattern) => `deployments from ${pattern}`),
    ...(ruleset === undefined ? [] : [`ruleset "${versionRuleset().name}"`]),
  ];
}
