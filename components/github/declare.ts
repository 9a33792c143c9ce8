import type { Settings } from "../../lib/settings/settings";
import type { Registry } from "../registry/contract";
import type { VersionPlan } from "../versionPlan";

/**
 * Declares the repository's side of CI where `github` is on. GitHub's SDK is loaded then alone: it
 * costs every start of the program otherwise.
 * @throws UserError where GitHub refuses to tell, knows a reviewer not, or another stack owns it
 */
export async function declareGithub(
  { github, registry: { namespace } }: Settings,
  registry: Registry,
  plan: VersionPlan,
): Promise<void> {
  if (github.kind === "off") return;
  const { declareGithubActions } = await import("../githubActions.js");
  await declareGithubActions("github", github, {
    variables: {
      DOCKER_REGISTRY: [registry.endpoint.server, namespace]
        .filter((part) => part !== "")
        .join("/"),
      REGISTRY_PROVIDER: registry.kind,
      ...registry.actionsVariables,
    },
    recorded: plan.recordedRepositories.length > 0,
  });
}
