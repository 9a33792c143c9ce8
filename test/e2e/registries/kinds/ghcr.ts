import { GITHUB_OWNER, GITHUB_TOKENS } from "../../world/router/sites/ghcr";
import { GITHUB_REPOSITORY } from "../../world/router/cloud/github";
import type { RegistryCase } from "../case";

const { write, read, writeRotated, readRotated } = GITHUB_TOKENS;
const LOGINS = {
  first: { push: write, pull: read },
  rotated: { push: writeRotated, pull: readRotated },
  readOnly: { push: readRotated, pull: readRotated },
};

/** GitHub: classic personal access tokens, one that writes and one for the host. */
export const ghcr: RegistryCase = {
  kind: "ghcr",
  config: () => ({
    provider: "ghcr",
    registry: { owner: GITHUB_OWNER, repository: "shop" },
    github: { repository: GITHUB_REPOSITORY },
  }),
  logIn: (project, turn) => {
    project.setEnvironment({
      DOCKER_USERNAME: "acme-ci",
      DOCKER_PASSWORD: LOGINS[turn].push,
      DOCKER_PULL_USERNAME: "acme-host",
      DOCKER_PULL_PASSWORD: LOGINS[turn].pull,
    });
    return Promise.resolve();
  },
  backend: "ghcr",
  host: "ghcr.io",
  pusher: /^acme-ci$/,
  puller: /^acme-host$/,
  refusal: [/does not match expected scopes/, /write:packages/],
};
