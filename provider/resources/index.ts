import { bindResource } from "../dispatch";
import type { BoundResource } from "../dispatch";
import { composeHost } from "./composeHost";
import { imageIndex } from "./imageIndex";
import { imageSbom } from "./imageSbom";
import { imageScan } from "./imageScan";
import { imageSignature } from "./imageSignature";
import { imageTags } from "./imageTags";
import { imageVerification } from "./imageVerification";
import { registryAccess } from "./registryAccess";

/** Every resource of the plugin, by the last part of its token. */
export const resources: Readonly<Record<string, BoundResource>> = {
  RegistryAccess: bindResource(registryAccess),
  ImageIndex: bindResource(imageIndex),
  ImageScan: bindResource(imageScan),
  ImageSbom: bindResource(imageSbom),
  ImageSignature: bindResource(imageSignature),
  ImageVerification: bindResource(imageVerification),
  ImageTags: bindResource(imageTags),
  ComposeHost: bindResource(composeHost),
};
