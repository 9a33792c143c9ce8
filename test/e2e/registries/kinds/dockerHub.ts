import { HUB_ORGANISATION, HUB_TOKENS } from "../../world/router/sites/dockerHub";
import type { RegistryCase } from "../case";

const { push, pull, pushRotated, pullRotated } = HUB_TOKENS;
const LOGINS = {
  first: { push, pull },
  rotated: { push: pushRotated, pull: pullRotated },
  readOnly: { push: pullRotated, pull: pullRotated },
};

/** Docker Hub: two access tokens of an organisation; flat names by a prefix. */
export const dockerHub: RegistryCase = {
  kind: "dockerhub",
  config: () => ({
    provider: "dockerhub",
    registry: { namespace: HUB_ORGANISATION, prefix: "shop" },
  }),
  logIn: (project, turn) => {
    project.setEnvironment({
      DOCKER_USERNAME: HUB_ORGANISATION,
      DOCKER_PASSWORD: LOGINS[turn].push,
      DOCKER_PULL_USERNAME: HUB_ORGANISATION,
      DOCKER_PULL_PASSWORD: LOGINS[turn].pull,
    });
    return Promise.resolve();
  },
  backend: "dockerhub",
  host: "registry-1.docker.io",
  pusher: /^oat-push$/,
  puller: /^oat-pull$/,
  refusal: [/insufficient scopes/],
};
