import type { PullThroughCache } from "../../settings/registrySettings";

/** The source of a remote repository, as Artifact Registry's API has it. */
export interface RemoteSource {
  readonly description: string;
  readonly dockerRepository?: { readonly publicRepository: "DOCKER_HUB" };
  readonly commonRepository?: { readonly uri: string };
  readonly upstreamCredentials?: {
    readonly usernamePasswordCredentials: {
      readonly username?: string;
      readonly passwordSecretVersion: string;
    };
  };
}

/**
 * What a remote repository copies through. Docker Hub has a name of its own in the API; any other
 * registry is given by its address. The password stays in Secret Manager.
 */
export function remoteSource({ upstream, credential, username }: PullThroughCache): RemoteSource {
  const source =
    upstream === "docker.io"
      ? { dockerRepository: { publicRepository: "DOCKER_HUB" as const } }
      : { commonRepository: { uri: `https://${upstream}` } };
  const login =
    credential === undefined
      ? {}
      : {
          upstreamCredentials: {
            usernamePasswordCredentials: {
              ...(username === undefined ? {} : { username }),
              passwordSecretVersion: credential,
            },
          },
        };
  return { description: upstream, ...source, ...login };
}
