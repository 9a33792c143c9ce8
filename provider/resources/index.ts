import { bindResource } from "../dispatch";
import type { BoundResource } from "../dispatch";
import { composeHost } from "./composeHost";
import { imageIndex } from "./imageIndex";
import { registryAccess } from "./registryAccess";

/** Every resource of the plugin, by the last part of its token. */
export const resources: Readonly<Record<string, BoundResource>> = {
  RegistryAccess: bindResource(registryAccess),
  ImageIndex: bindResource(imageIndex),
  ComposeHost: bindResource(composeHost),
};
