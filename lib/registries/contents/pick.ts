import type { RegistrySettings } from "../../settings/settings";
import { acrContents } from "../acr/contents";
import type { RegistryContents } from "../contents";
import { dockerHubContents } from "../dockerHub/contents";
import { ecrContents } from "../ecr/contents";
import { garContents } from "../gar/contents";
import { ghcrContents } from "../ghcr/contents";
import { privateContents } from "../private/contents";
import type { ContentsAccess } from "./access";

/** How the registry that the settings name is listed and cleaned. No cloud's SDK is loaded for it yet. */
export function contentsOf(settings: RegistrySettings, access: ContentsAccess): RegistryContents {
  switch (settings.kind) {
    case "ecr":
      return ecrContents(settings, access.signal);
    case "gar":
      return garContents(settings, access);
    case "acr":
      return acrContents(settings, access);
    case "ghcr":
      return ghcrContents(settings, access);
    case "dockerhub":
      return dockerHubContents(access);
    case "private":
      return privateContents(access);
  }
}
