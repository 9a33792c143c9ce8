import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ServicePlan } from "../lib/release/plan";
import type { Settings } from "../lib/settings/settings";
import type { Registry } from "./registry/contract";
import { type BuiltImages, releasedFromRegistry, type ReleasedImage } from "./releasedImage";
import { ServiceImage } from "./serviceImage";
import type { VersionPlan } from "./versionPlan";

/** Our services of a release by name. */
export type ReleasedImages = Readonly<Record<string, ReleasedService>>;

export interface ReleasedService {
  /** Undefined where no index joins the platform images in this run. */
  readonly image: pulumi.Output<ReleasedImage> | undefined;
  readonly built: pulumi.Output<BuiltImages>;
  /**
   * The platform images' digests by platform. In a preview they are known for an unchanged service
   * while `image`, with its new index, is not.
   */
  readonly digests: pulumi.Output<Readonly<Record<string, string>>>;
}

/**
 * Declares what the plan says: images and indexes of what has to be published, nothing for what is.
 * Services are independent of each other, so the engine builds them in parallel.
 */
export function declareImages(
  settings: Settings,
  registry: Registry,
  plan: VersionPlan,
): ReleasedImages {
  const builders = declareBuilders(settings, plan);
  const released = plan.services.map((service) => {
    const imageName = registry.imageName(service.service);
    if (service.kind === "deploy") {
      noteDifference(service, plan);
      return [service.service, published(service, plan.version, imageName)] as const;
    }
    const build = plan.staged[service.service];
    if (build === undefined) throw new Error(`${service.service} was not staged`);
    const image = new ServiceImage(service.service, {
      plan: service,
      version: plan.version,
      imageName,
      build,
      account: registry.accountInput,
      dockerRegistry: registry.dockerRegistry,
      builders,
      access: registry.access,
      source: plan.source,
      keepLocalTags: plan.recordedTags[service.service] ?? [],
      push: settings.build.push,
      index: settings.build.index,
    });
    return [service.service, releasedBy(image)] as const;
  });
  return Object.fromEntries(released);
}

function releasedBy({ released, built, digests }: ServiceImage): ReleasedService {
  return { image: released, built, digests };
}

function published(
  plan: ServicePlan & { kind: "deploy" },
  version: string,
  imageName: string,
): ReleasedService {
  const image = releasedFromRegistry(plan, version, imageName);
  const digests: Record<string, string> = {};
  for (const [platform, { digest }] of Object.entries(image.platforms)) digests[platform] = digest;
  const known = pulumi.output(image);
  return { image: known, built: known, digests: pulumi.output(digests) };
}

/** A provider for each platform that another Docker host builds, where this run builds on it. */
function declareBuilders(settings: Settings, plan: VersionPlan): Record<string, docker.Provider> {
  const used = new Set(
    plan.services.flatMap((service) =>
      service.kind === "publish" ? service.images.map(({ platform }) => platform) : [],
    ),
  );
  return Object.fromEntries(
    Object.entries(settings.build.builders)
      .filter(([platform]) => used.has(platform))
      .map(([platform, host]) => [
        platform,
        new docker.Provider(`builder-${platform.replaceAll("/", "-")}`, { host }),
      ]),
  );
}

function noteDifference(
  plan: ServicePlan & { kind: "deploy" },
  { version, source }: VersionPlan,
): void {
  if (!plan.differs) return;
  const published = plan.published.revision ?? "an unknown revision";
  const checkout = source.revision === undefined ? "" : `, the checkout is ${source.revision}`;
  void pulumi.log.info(
    `${plan.service}: ${version} is published from ${published} and deployed as it is` + checkout,
  );
}
