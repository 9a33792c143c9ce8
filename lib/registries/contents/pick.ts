import type { RegistrySettings } from "../../settings/settings";
import type { RegistryContents } from "../contents";
import type { ContentsAccess } from "./access";

/** How the registry that the settings name is listed and cleaned. A kind is loaded when it is used. */
export async function contentsOf(
  settings: RegistrySettings,
  access: ContentsAccess,
): Promise<RegistryContents> {
  switch (settings.kind) {
    case "ecr":
      return (await import("../ecr/contents.js")).ecrContents(settings, access.signal);
    case "gar":
      return (await import("../gar/contents.js")).garContents(settings, access);
    case "acr":
      return (await import("../acr/contents.js")).acrContents(settings, access);
    case "ghcr":
      return (await import("../ghcr/contents.js")).ghcrContents(settings, access);
    case "dockerhub":
      return (await import("../dockerHub/contents.js")).dockerHubContents(access);
    case "private":
      return (await import("../private/contents.js")).privateContents(access);
  }
}
