import type { Refusal } from "../../oci/registryErrors";
import { GCR_LOCATIONS, isGcrHost, parseGarHost } from "../hosts";

const API_OFF = /has not been used in project|SERVICE_DISABLED|API .*disabled/i;
const ROLES = {
  login: "reader",
  pull: "reader",
  push: "writer",
  cancel: "writer",
  delete: "repoAdmin",
} as const;

/** What to do about a refusal of Google Artifact Registry. */
export function garMend({ kind, server, action, repository, detail }: Refusal): string | undefined {
  const { project, name, location } = placeOf(server, repository);
  if (API_OFF.test(detail)) {
    return `switch the API on: \`gcloud services enable artifactregistry.googleapis.com --project ${project}\``;
  }
  switch (kind) {
    case "login":
      return "run `gcloud auth application-default login` (in CI: google-github-actions/auth, or set GOOGLE_APPLICATION_CREDENTIALS)";
    case "right": {
      const role = `roles/artifactregistry.${ROLES[action]}`;
      return `check that the repository exists, and give this identity \`${role}\` on it: \`gcloud artifacts repositories add-iam-policy-binding ${name} --location ${location} --project ${project} --role ${role} --member …\``;
    }
    case "repository":
      return `let the stack declare it (\`registry.manage\`: true), or \`gcloud artifacts repositories create ${name} --repository-format docker --location ${location} --project ${project}\``;
    case "rate":
      return "Google limits requests a minute and project: run again in a minute";
  }
}

/** Paths are PROJECT/REPOSITORY/image; behind a gcr.io host the repository has the host's name. */
function placeOf(
  server: string,
  repository = "",
): { readonly project: string; readonly name: string; readonly location: string } {
  const [project = "", name = ""] = repository.split("/");
  const named = { project: project === "" ? "PROJECT" : project };
  if (isGcrHost(server)) return { ...named, name: server, location: GCR_LOCATIONS[server] };
  const location = parseGarHost(server) ?? "LOCATION";
  return { ...named, name: name === "" ? "REPOSITORY" : name, location };
}
