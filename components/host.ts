import * as pulumi from "@pulumi/pulumi";
import type { LoadedCompose } from "../lib/compose";
import { canonicalJson } from "../lib/oci";
import type { HostVerification, ReleaseImage } from "../lib/resources/composeHost";
import type { VerifyPolicy } from "../lib/resources/supplyChain";
import type { Settings } from "../lib/settings/settings";
import { ComposeHost } from "./botcore/composeHost";
import type { NestedInput } from "./botcore/nestedInput";
import type { Registry } from "./registry/contract";
import type { ReleasedImage } from "./releasedImage";
import type { ReleasedImages, ReleasedService } from "./releaseImages";
import type { Policies } from "./supplyChain/policies";
import type { VersionPlan } from "./versionPlan";

/** Declares the production host, where the settings name one. */
export function declareHost(
  settings: Settings,
  registry: Registry,
  compose: LoadedCompose,
  plan: VersionPlan,
  images: ReleasedImages,
  { verify: policy }: Policies,
): ComposeHost | undefined {
  const { host, release, rollout } = settings;
  if (host.kind === "off") return undefined;
  // The settings allow no host where a run joins nothing.
  const joined = Object.entries(images).flatMap(([service, { image, digests }]) =>
    image === undefined ? [] : [{ service, image, digests }],
  );
  return new ComposeHost("host", {
    host: host.target,
    registry: registry.pullAccountInput,
    version: plan.version,
    revision: pulumi
      .all(joined.map(({ image }) => image))
      .apply((all) => all.find((one) => one.revision !== undefined)?.revision),
    model: canonicalJson(compose.model),
    images: Object.fromEntries(
      joined.map(({ service, image, digests }) => [
        service,
        hostImage(registry.pullImageName(service), image, digests),
      ]),
    ),
    ...(release.services === undefined ? {} : { services: release.services }),
    switchImage: host.switchImage,
    rollout,
    ...(policy === undefined ? {} : { verify: verification(registry, policy) }),
  });
}

/** Secret where the account is: it carries the same login. */
function verification(
  { endpoint, accountInput }: Registry,
  policy: VerifyPolicy,
): pulumi.Output<HostVerification> {
  return pulumi.output(accountInput).apply(({ pull }) => ({ endpoint, pull, policy }));
}

/** Each value is an output of its own, so that a preview knows what does not change. */
function hostImage(
  repository: string,
  image: pulumi.Output<ReleasedImage>,
  digests: ReleasedService["digests"],
): NestedInput<ReleaseImage> {
  return {
    repository,
    digest: image.digest,
    platforms: digests.apply((all) =>
      Object.entries(all)
        .map(([platform, digest]) => ({ platform, digest }))
        .sort((a, b) => a.platform.localeCompare(b.platform)),
    ),
  };
}
