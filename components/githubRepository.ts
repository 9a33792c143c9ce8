import * as github from "@pulumi/github";
import { getVersion } from "@pulumi/github/utilities";
import * as pulumi from "@pulumi/pulumi";
import { messageOf, UserError } from "../lib/errors";
import type { RestAnswer } from "../lib/registries/github/restAnswer";
import { type RepositoryFacts, repositoryFacts } from "../lib/registries/github/repositoryFacts";
import type { GithubRepositorySettings } from "../lib/settings/settings";

const providers = new WeakMap<GithubRepositorySettings, pulumi.ProviderResource>();
const repositories = new WeakMap<GithubRepositorySettings, Promise<RepositoryFacts>>();

/**
 * GitHub's provider without a token: the plugin itself reads it, from GITHUB_TOKEN or from
 * `gh auth login`. The SDK's own class copies GITHUB_TOKEN into the provider's inputs, and so in clear
 * into the stack's state, and shows a change whenever the token is another.
 */
class GithubProvider extends pulumi.ProviderResource {
  public constructor(name: string, owner: string) {
    super("github", name, { owner }, { version: getVersion() });
  }
}

/** The one GitHub provider of a run, for the settings' owner. */
export function githubProvider(settings: GithubRepositorySettings): pulumi.ProviderResource {
  const made = providers.get(settings);
  if (made !== undefined) return made;
  const provider = new GithubProvider("github", settings.owner);
  providers.set(settings, provider);
  return provider;
}

/**
 * The repository's numbers and its names as GitHub spells them. Asked once a run; await it before
 * anything is declared.
 * @throws UserError `github-repository` where it is not there or the token may not see it
 */
export function githubRepository(settings: GithubRepositorySettings): Promise<RepositoryFacts> {
  const asked = repositories.get(settings) ?? askRepository(settings);
  repositories.set(settings, asked);
  return asked;
}

/** The repository's number, which stays when it is renamed; see `githubRepository`. */
export async function githubRepositoryId(settings: GithubRepositorySettings): Promise<number> {
  return (await githubRepository(settings)).repositoryId;
}

async function askRepository(settings: GithubRepositorySettings): Promise<RepositoryFacts> {
  const endpoint = `repos/${settings.owner}/${settings.name}`;
  return repositoryFacts(settings, await askGithub(settings, endpoint));
}

/**
 * Asks GitHub with the provider's own token.
 * @param endpoint path below the interface's root, without a slash before it
 * @throws UserError `github-lookup` for every refusal but 404
 */
export async function askGithub(
  settings: GithubRepositorySettings,
  endpoint: string,
): Promise<RestAnswer> {
  try {
    return await github.getRestApi({ endpoint }, { provider: githubProvider(settings) });
  } catch (error) {
    throw new UserError(
      `GitHub was asked for ${endpoint} and refused: ${messageOf(error).trim()}\n` +
        "The token comes from GITHUB_TOKEN or `gh auth login`; docs/ci-identities.md lists what " +
        "it must be allowed. Without one, set `github` to false",
      "github-lookup",
      { cause: error },
    );
  }
}
