import { Service } from "@pulumi/gcp/projects";
import type { GarScope } from "./scope";

const ALWAYS = ["artifactregistry", "iam", "iamcredentials"];
const FOR_GITHUB = ["sts"];

/**
 * The project's APIs that the registry needs. Enabling what is enabled changes nothing, and they stay
 * enabled when this is deleted: others in the project may use them.
 */
export function declareApis({ parent, name, settings, found }: GarScope): readonly Service[] {
  const apis = found.github === undefined ? ALWAYS : [...ALWAYS, ...FOR_GITHUB];
  return apis.map(
    (api) =>
      new Service(
        `${name}-api-${api}`,
        {
          project: settings.project,
          service: `${api}.googleapis.com`,
          disableOnDestroy: false,
        },
        { parent },
      ),
  );
}
