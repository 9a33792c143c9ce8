import { readFileSync } from "node:fs";
import { COMPANY_REGISTRY } from "../../world/hosts";
import { COMPANY_USERS } from "../../world/router/sites/company";
import type { RegistryCase } from "../case";

const { push, pull, pushRotated, pullRotated } = COMPANY_USERS;
const LOGINS = {
  first: { push, pull },
  rotated: { push: pushRotated, pull: pullRotated },
  readOnly: { push: pullRotated, pull: pullRotated },
};

/** A company's own registry with an authority of its own; the password that pushes stands in config. */
export const privateRegistry: RegistryCase = {
  kind: "private",
  config: (world) => ({
    provider: "private",
    registry: {
      server: COMPANY_REGISTRY,
      namespace: "team/shop",
      caCert: readFileSync(world.path("company-ca.pem"), "utf8"),
    },
  }),
  logIn: async (project, turn) => {
    const login = LOGINS[turn];
    project.setEnvironment({
      DOCKER_PULL_USERNAME: login.pull.name,
      DOCKER_PULL_PASSWORD: login.pull.password,
    });
    await project.setSecret("registry.password", login.push.password);
    await project.set("registry.username", login.push.name);
  },
  backend: "company",
  host: COMPANY_REGISTRY,
  pusher: /^deployer$/,
  puller: /^host$/,
  refusal: [/has only the role puller/],
};
