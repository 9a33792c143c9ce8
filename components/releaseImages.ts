import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { buildTag } from "../lib/images";
import type { ServicePlan } from "../lib/release/plan";
import type { VersionImage } from "../lib/resources/supplyChain";
import type { Settings } from "../lib/settings/settings";
import { ImageTags } from "./botcore/imageTags";
import type { Registry } from "./registry/contract";
import {
  type BuiltImages,
  releasedFromIndex,
  releasedFromRegistry,
  type ReleasedImage,
} from "./releasedImage";
import { ServiceImage } from "./serviceImage";
import type { Policies } from "./supplyChain/policies";
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
 * Declares what the plan says: images, gates, indexes and tags of what has to be published, nothing for
 * what is. Services are independent of each other, so the engine builds them in parallel; no tag is put
 * before every service has passed every gate.
 */
export function declareImages(
  settings: Settings,
  registry: Registry,
  plan: VersionPlan,
  policies: Policies,
): ReleasedImages {
  const images = declareServices(settings, registry, plan, policies);
  const gates = images.flatMap(({ image }) => image.gates);
  const publishing = images.map(
    ({ service, image }) =>
      [service.service, publish(registry, plan, service, image, gates)] as const,
  );
  const standing = plan.services.flatMap((service) => {
    if (service.kind !== "deploy") return [];
    noteDifference(service, plan);
    const name = service.service;
    return [[name, published(service, plan.version, registry.imageName(name))] as const];
  });
  return Object.fromEntries([...publishing, ...standing]);
}

interface DeclaredService {
  readonly service: ServicePlan & { readonly kind: "publish" };
  readonly image: ServiceImage;
}

function declareServices(
  settings: Settings,
  registry: Registry,
  plan: VersionPlan,
  policies: Policies,
): DeclaredService[] {
  const builders = declareBuilders(settings, plan);
  const { push, index } = settings.build;
  const images = plan.services.flatMap(imagesOf);
  return plan.services.flatMap((service) => {
    if (service.kind === "deploy") return [];
    const name = service.service;
    const build = plan.staged[name];
    if (build === undefined) throw new Error(`${name} was not staged`);
    const asked = { published: !plan.publishing.includes(name), images };
    const image = new ServiceImage(name, {
      plan: service,
      version: plan.version,
      imageName: registry.imageName(name),
      build,
      account: registry.accountInput,
      dockerRegistry: registry.dockerRegistry,
      builders,
      access: registry.access,
      source: plan.source,
      policies: { ...policies, asked },
      push,
      index,
    });
    return [{ service, image }];
  });
}

/** The images that the service's version has after this run. */
function imagesOf(plan: ServicePlan): VersionImage[] {
  const { service } = plan;
  const platforms = plan.kind === "deploy" ? plan.published.platforms : plan.images;
  return platforms.map(({ platform }) => ({ service, platform }));
}

/** Puts the tags of one service, when all services have passed. */
function publish(
  registry: Registry,
  { version, source, recordedTags }: VersionPlan,
  plan: ServicePlan & { kind: "publish" },
  { index, built, digests }: ServiceImage,
  gates: readonly pulumi.Resource[],
): ReleasedService {
  if (index === undefined) return { image: undefined, built, digests };
  const { service, repository, inputsDigest } = plan;
  const tags = new ImageTags(
    `${service}-${version}`,
    {
      registry: registry.accountInput,
      repository,
      service,
      version,
      inputsDigest,
      source,
      digest: index.digest,
      keepLocalTags: [
        ...(recordedTags[service] ?? []),
        ...plan.images.map(({ inputs, platform }) => buildTag(inputs, platform)),
      ].sort(),
    },
    { retainOnDelete: true, dependsOn: [...gates] },
  );
  const image = pulumi
    .all([index.digest, index.images, index.sizeBytes, index.tags, index.source, tags.tags])
    .apply(([digest, images, sizeBytes, ofCommit, { revision }, floating]) =>
      releasedFromIndex(plan, registry.imageName(service), {
        digest,
        images,
        sizeBytes,
        tags: [...new Set([...ofCommit, ...floating])].sort(),
        revision,
      }),
    );
  return { image, built, digests };
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
