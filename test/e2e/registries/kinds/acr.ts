import { writeFile } from "node:fs/promises";
import { ACR_NAME } from "../../world/hosts";
import { AZURE_GROUP, AZURE_TENANT } from "../../world/router/cloud/azure";
import { AZURE_CLIENTS, AZURE_SECRETS } from "../../world/router/sites/azure";
import { WORLD_FOLDER } from "../../world/places";
import { GITHUB_REPOSITORY } from "../../world/router/cloud/github";
import type { RegistryCase, Turn } from "../case";

const TOKEN_FILE = "home/azure-workload-token";

/** An application with a secret, the same one by a workload's token, and one that only reads. */
const LOGINS: Readonly<Record<Turn, Readonly<Record<string, string>>>> = {
  first: { AZURE_CLIENT_ID: AZURE_CLIENTS.deployer, AZURE_CLIENT_SECRET: AZURE_SECRETS.secret },
  rotated: {
    AZURE_CLIENT_ID: AZURE_CLIENTS.deployer,
    AZURE_FEDERATED_TOKEN_FILE: `${WORLD_FOLDER}/${TOKEN_FILE}`,
  },
  readOnly: {
    AZURE_CLIENT_ID: AZURE_CLIENTS.reader,
    AZURE_CLIENT_SECRET: AZURE_SECRETS.readerSecret,
  },
};

/**
 * ACR: Entra's token, exchanged for the registry's own. Whoever runs the program pulls too: only
 * GitHub's workflows can act as the weaker identity.
 */
export const acr: RegistryCase = {
  kind: "acr",
  config: () => ({
    provider: "acr",
    registry: { resourceGroup: AZURE_GROUP, name: ACR_NAME, namespace: "shop" },
    github: { repository: GITHUB_REPOSITORY },
  }),
  logIn: async (project, turn, world) => {
    await writeFile(world.path(TOKEN_FILE), AZURE_SECRETS.workload);
    project.setEnvironment({ AZURE_TENANT_ID: AZURE_TENANT, ...LOGINS[turn] });
  },
  backend: "acr",
  host: `${ACR_NAME}.azurecr.io`,
  pusher: /^deployer$/,
  puller: /^deployer$/,
  refusal: [/aka\.ms\/acr\/authorization/],
  cloud: { name: "azure-native", keeps: /containerregistry:Registry / },
};
