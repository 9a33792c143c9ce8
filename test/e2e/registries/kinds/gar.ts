import { writeFile } from "node:fs/promises";
import { GOOGLE_OPERATOR, GOOGLE_PROJECT } from "../../world/router/cloud/gcp";
import { GOOGLE_LOCATION, GOOGLE_SECRETS } from "../../world/router/sites/google";
import { WORLD_FOLDER } from "../../world/places";
import { GITHUB_REPOSITORY } from "../../world/router/cloud/github";
import type { RegistryCase, Turn } from "../case";

const TOKEN_FILE = `${WORLD_FOLDER}/home/workload-token`;

/** `gcloud auth application-default login`, then a workload's federation, then a reader's login. */
const CREDENTIALS: Readonly<Record<Turn, object>> = {
  first: authorizedUser(GOOGLE_SECRETS.refresh),
  rotated: {
    type: "external_account",
    audience:
      "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: TOKEN_FILE },
  },
  readOnly: authorizedUser(GOOGLE_SECRETS.readerRefresh),
};

function authorizedUser(refresh_token: string): object {
  const client = { client_id: "gcloud", client_secret: GOOGLE_SECRETS.client };
  return { type: "authorized_user", ...client, refresh_token };
}

/** Artifact Registry: access tokens of an hour; the host pulls as a service account of its own. */
export const gar: RegistryCase = {
  kind: "gar",
  config: () => ({
    provider: "gar",
    registry: { project: GOOGLE_PROJECT, location: GOOGLE_LOCATION, repository: "shop" },
    github: { repository: GITHUB_REPOSITORY },
  }),
  logIn: async (project, turn, world) => {
    await writeFile(world.path("home/workload-token"), GOOGLE_SECRETS.workload);
    await writeFile(world.path("home/google.json"), JSON.stringify(CREDENTIALS[turn]));
    project.setEnvironment({
      GOOGLE_APPLICATION_CREDENTIALS: `${WORLD_FOLDER}/home/google.json`,
    });
  },
  backend: "gar",
  host: `${GOOGLE_LOCATION}-docker.pkg.dev`,
  pusher: new RegExp(`^${GOOGLE_OPERATOR}$`),
  puller: /^shop-pull-.*\.iam\.gserviceaccount\.com$/,
  refusal: [/artifactregistry\.repositories\.uploadArtifacts/],
  cloud: { name: "gcp", keeps: /artifactregistry\/repository:Repository / },
};
