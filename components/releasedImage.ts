import type { ServicePlan } from "../lib/release/plan";
import type { PlatformImage } from "../lib/resources/imageIndex";

/** Platform images that no index joins in this run: `push` or `index` is false. */
export interface BuiltImages {
  readonly platforms: Readonly<Record<string, ReleasedPlatform>>;
  /** Commit that the version was published from; absent where it was not known. */
  readonly revision?: string;
}

/** One service of a release as the stack's output `release` states it; the record of later runs. */
export interface ReleasedImage extends BuiltImages {
  /** `server/path@sha256:…`, the index. */
  readonly image: string;
  readonly digest: string;
  /** Compressed bytes, all platforms together. */
  readonly sizeBytes: number;
  readonly tags: readonly string[];
}

export interface ReleasedPlatform {
  readonly digest: string;
  /** Input digest (hex) where this stack published the version. */
  readonly inputs?: string;
  /** true: this stack declares a docker.Image for it. */
  readonly built: boolean;
  /** What its docker.Image takes cached steps from; absent where it is built without a cache. */
  readonly cache?: readonly string[];
}

/** A published version as it is deployed: nothing is declared for it. */
export function releasedFromRegistry(
  plan: ServicePlan & { kind: "deploy" },
  version: string,
  imageName: string,
): ReleasedImage {
  const { digest, platforms, sizeBytes, revision } = plan.published;
  return {
    image: `${imageName}@${digest}`,
    digest,
    platforms: Object.fromEntries(
      platforms.map((one) => [one.platform, { digest: one.digest, built: false }]),
    ),
    sizeBytes,
    tags: [version],
    ...(revision === undefined ? {} : { revision }),
  };
}

/** A version that this stack publishes, once its index stands. */
export function releasedFromIndex(
  plan: ServicePlan & { kind: "publish" },
  imageName: string,
  index: {
    readonly digest: string;
    readonly images: readonly PlatformImage[];
    readonly sizeBytes: number;
    readonly tags: readonly string[];
    readonly revision: string | undefined;
  },
): ReleasedImage {
  return {
    image: `${imageName}@${index.digest}`,
    digest: index.digest,
    ...builtImages(plan, index.images),
    sizeBytes: index.sizeBytes,
    tags: index.tags,
    ...(index.revision === undefined ? {} : { revision: index.revision }),
  };
}

/** Each platform's image with what the next run has to know of it. */
export function builtImages(
  plan: ServicePlan & { kind: "publish" },
  images: readonly PlatformImage[],
): BuiltImages {
  const platforms = images.map(({ platform, digest }) => {
    const planned = plan.images.find((one) => one.platform === platform);
    const inputs = planned === undefined ? {} : { inputs: planned.inputs };
    const built = planned?.kind === "build";
    const cache = built && planned.cache !== undefined ? { cache: planned.cache } : {};
    return [platform, { digest, ...inputs, built, ...cache }] as const;
  });
  return { platforms: Object.fromEntries(platforms) };
}
