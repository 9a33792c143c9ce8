import type { PublishedVersion } from "../images";
import { builtBefore, type ImagePlan, type ServicePlan } from "./plan";
import type { ReleaseRecord } from "./record";

/** What the registry is asked for a build cache; the same questions as an inquiry's. */
export interface CacheSources {
  readonly lookUpVersion: (
    repository: string,
    version: string,
  ) => Promise<PublishedVersion | undefined>;
  /** The digest behind a tag or a digest, or undefined where the repository does not have it. */
  readonly findBuilt: (repository: string, reference: string) => Promise<string | undefined>;
}

export interface CacheOptions {
  /** Host name of the registry. */
  readonly server: string;
  readonly version: string;
  readonly previousVersion?: string | undefined;
  /** A cache that cannot be looked for costs time and nothing else: it is told, not thrown. */
  readonly warn: (error: unknown) => void;
}

/** Where a stack without a record, as on a new machine, finds a release. */
const LAST_RELEASE = "latest";

/**
 * Gives every image that is built for the first time the last release's image of its platform as
 * cache, by digest. What this stack built before keeps what its record says: its resource must not
 * differ by what the registry has since.
 */
export async function withCaches(
  plans: readonly ServicePlan[],
  record: ReleaseRecord | undefined,
  sources: CacheSources,
  options: CacheOptions,
): Promise<readonly ServicePlan[]> {
  return Promise.all(
    plans.map(async (plan) => {
      if (plan.kind === "deploy") return plan;
      const find = finder(plan, record, sources, options);
      const images = plan.images.map(async (image): Promise<ImagePlan> => {
        if (image.kind === "reuse" || builtBefore(record, plan.service, image)) return image;
        const digest = await find(image.platform);
        const name = `${options.server}/${plan.repository}`;
        return { ...image, cache: digest === undefined ? [] : [`${name}@${digest}`] };
      });
      return { ...plan, images: await Promise.all(images) };
    }),
  );
}

/** Looks for one service's cache: what this stack released last, else what the registry has. */
function finder(
  { service, repository }: ServicePlan,
  record: ReleaseRecord | undefined,
  { lookUpVersion, findBuilt }: CacheSources,
  { version, previousVersion, warn }: CacheOptions,
): (platform: string) => Promise<string | undefined> {
  const tolerant = (asked: Promise<string | undefined>): Promise<string | undefined> =>
    asked.catch((error: unknown) => {
      warn(error);
      return undefined;
    });
  const versions = [version, previousVersion, LAST_RELEASE].filter((one) => one !== undefined);
  return async (platform) => {
    const recorded = record?.services[service]?.platforms[platform]?.digest;
    if (recorded !== undefined) {
      const found = await tolerant(findBuilt(repository, recorded));
      if (found !== undefined) return found;
    }
    for (const tag of new Set(versions)) {
      const found = await tolerant(
        lookUpVersion(repository, tag).then((published) => digestFor(published, platform)),
      );
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function digestFor(published: PublishedVersion | undefined, platform: string): string | undefined {
  return published?.platforms.find((one) => one.platform === platform)?.digest;
}
