import type { GithubSettings } from "../../settings/settings";

/**
 * Why the workflows of `github.repository` cannot push to an owner's packages: a GITHUB_TOKEN reaches
 * those of its repository's owner alone. undefined: they can, or there are none.
 * @param owner of the packages, in any case
 */
export function foreignOwner(owner: string, github: GithubSettings): string | undefined {
  if (github.kind === "off" || github.owner.toLowerCase() === owner.toLowerCase()) return undefined;
  return (
    `the packages belong to ${owner}, and the workflows of ${github.owner}/${github.name} can push ` +
    `to those of ${github.owner} alone: set bot-core:registry.owner to ${github.owner}, ` +
    "or give the workflow a token as docs/registries/ghcr.md says"
  );
}
