import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { buildTag } from "../lib/images";
import type { ImagePlan, ServicePlan } from "../lib/release/plan";
import type { SourceFacts } from "../lib/resources/imageIndex";
import { ImageIndex } from "./botcore/imageIndex";
import { type BuiltImages, builtImages } from "./releasedImage";
import type { AccountInput } from "./registry/account";
import { declareIndexGates, declarePlatformGates, type GatedService } from "./supplyChain/gates";
import type { Policies } from "./supplyChain/policies";

/** What a service is built from; paths are relative to the program, so that state is the same everywhere. */
export interface StagedBuild {
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly network?: string;
}

export interface ServiceImageArgs {
  /** Which platform images are built and which are taken as the registry has them. */
  readonly plan: ServicePlan & { readonly kind: "publish" };
  readonly version: string;
  /** `server/path`, without tag. */
  readonly imageName: string;
  readonly build: StagedBuild;
  /** The registry as our own resources reach it. */
  readonly account: AccountInput;
  /** The push credential, for docker.Image alone. */
  readonly dockerRegistry: pulumi.Input<docker.types.input.Registry>;
  /** Docker hosts that build a platform natively; the local daemon builds the others. */
  readonly builders: Readonly<Record<string, docker.Provider>>;
  /** The proof of access; nothing is built before it. */
  readonly access: pulumi.Resource;
  readonly source: SourceFacts;
  /** What the images have to pass before they are joined, and the index before it is published. */
  readonly policies: Policies;
  /** false: the images stay on the building daemon and no index is made. Default: true. */
  readonly push?: boolean;
  /** false: the platform images are pushed and another run joins them. Default: true. */
  readonly index?: boolean;
}

/**
 * One service's images of one version: a `docker.Image` for each platform that has to be built, what
 * they have to pass, and the index that joins them. Its tags come when all services have passed.
 * It owns no published thing: deleting it removes nothing from the registry (`retainOnDelete`).
 */
export class ServiceImage extends pulumi.ComponentResource {
  /** The index; undefined where nothing is joined (`push` or `index` is false). */
  public readonly index: ImageIndex | undefined;
  /** What has to stand before any tag of the release is put. */
  public readonly gates: readonly pulumi.Resource[];
  /** The platform images, joined or not. */
  public readonly built: pulumi.Output<BuiltImages>;
  /** The platform images' digests by platform. */
  public readonly digests: pulumi.Output<Readonly<Record<string, string>>>;

  public constructor(
    service: string,
    private readonly args: ServiceImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("bot-core:index:ServiceImage", service, {}, opts);
    const images = args.plan.images.map((plan) => ({
      platform: plan.platform,
      digest: plan.kind === "reuse" ? pulumi.output(plan.digest) : this.declare(service, plan),
    }));
    this.digests = pulumi
      .all(images)
      .apply((all) => Object.fromEntries(all.map(({ platform, digest }) => [platform, digest])));
    this.built = pulumi.all(images).apply((all) => builtImages(args.plan, all));
    const joined = args.push !== false && args.index !== false;
    const { index, gates } = joined ? this.join(service, images) : NOT_JOINED;
    this.index = index;
    this.gates = gates;
    this.registerOutputs({ digests: this.digests });
  }

  /** The logical name says the inputs, so that other inputs are another entry: see docs/. */
  private declare(
    service: string,
    { platform, inputs, cache }: ImagePlan & { readonly kind: "build" },
  ): pulumi.Output<string> {
    const { build, imageName, dockerRegistry, builders, push } = this.args;
    const tag = buildTag(inputs, platform);
    const builder = builders[platform];
    const image = new docker.Image(
      `${service}-${archOf(tag)}-${inputs.slice(0, SHORT_INPUTS)}`,
      {
        imageName: `${imageName}:${tag}`,
        build: {
          context: build.context,
          dockerfile: build.dockerfile,
          args: { ...build.args, ...(cache === undefined ? {} : CARRY_CACHE) },
          platform,
          builderVersion: docker.BuilderVersion.BuilderBuildKit,
          ...(build.target === undefined ? {} : { target: build.target }),
          ...(build.network === undefined ? {} : { network: build.network }),
          ...(cache === undefined || cache.length === 0
            ? {}
            : { cacheFrom: { images: [...cache] } }),
        },
        registry: dockerRegistry,
        skipPush: push === false,
      },
      {
        parent: this,
        dependsOn: this.args.access,
        retainOnDelete: true,
        ...(builder === undefined ? {} : { provider: builder }),
      },
    );
    return image.repoDigest.apply(digestOf);
  }

  private join(
    service: string,
    images: readonly { platform: string; digest: pulumi.Output<string> }[],
  ): Joined {
    const { plan, version, account, source, policies } = this.args;
    const { repository, inputsDigest } = plan;
    // Reports and signatures stay with what they are about.
    const opts = { parent: this, retainOnDelete: true };
    const gated: GatedService = { registry: account, repository, service, version, policies };
    const { platforms, passed } = declarePlatformGates(gated, images, opts);
    const index = new ImageIndex(
      `${service}-${version}`,
      {
        registry: account,
        repository,
        service,
        version,
        images: platforms.map(({ platform, digest }) => ({ platform, digest })),
        inputsDigest,
        source,
      },
      { ...opts, dependsOn: [...passed] },
    );
    const gates = declareIndexGates(gated, index.digest, platforms, opts);
    return { index, gates: [...passed, index, ...gates] };
  }
}

interface Joined {
  readonly index: ImageIndex | undefined;
  readonly gates: readonly pulumi.Resource[];
}

const NOT_JOINED: Joined = { index: undefined, gates: [] };

/** BuildKit writes the build cache into the image for it; no Dockerfile sees it. */
const CARRY_CACHE = { BUILDKIT_INLINE_CACHE: "1" };

/** Digits of an input digest that stand in names and tags. */
const SHORT_INPUTS = 12;

/** `pb-<hex>-amd64` -> `amd64` */
function archOf(tag: string): string {
  return tag.slice(tag.lastIndexOf("-") + 1);
}

/** `server/path@sha256:…` -> `sha256:…`; an image that was not pushed has its local id. */
function digestOf(repoDigest: string): string {
  return repoDigest.slice(repoDigest.indexOf("@") + 1);
}
