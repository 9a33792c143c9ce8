import * as pulumi from "@pulumi/pulumi";
import type { LoadedCompose } from "../lib/compose";
import { canonicalJson } from "../lib/oci";
import type { Settings } from "../lib/settings/settings";
import { ComposeHost } from "./botcore/composeHost";
import type { Registry } from "./registry/contract";
import { hostImage } from "./releasedImage";
import type { ReleasedImages } from "./releaseImages";
import type { VersionPlan } from "./versionPlan";

/** Declares the production host, where the settings name one. */
export function declareHost(
  settings: Settings,
  registry: Registry,
  compose: LoadedCompose,
  plan: VersionPlan,
  images: ReleasedImages,
): ComposeHost | undefined {
  const { host, release, rollout } = settings;
  if (host.kind === "off") return undefined;
  const released = pulumi.output(images);
  return new ComposeHost("host", {
    host: host.target,
    registry: registry.accountInput,
    version: plan.version,
    revision: released.apply(
      (all) => Object.values(all).find((one) => one.revision !== undefined)?.revision,
    ),
    model: canonicalJson(compose.model),
    images: released.apply((all) =>
      Object.fromEntries(
        Object.entries(all).map(([service, image]) => [
          service,
          hostImage(registry.imageName(service), image),
        ]),
      ),
    ),
    ...(release.services === undefined ? {} : { services: release.services }),
    switchImage: host.switchImage,
    rollout,
  });
}
