import { UserError } from "../errors";
import type { PublishedVersion } from "../images";
import type { SourceFacts } from "../resources/imageIndex";
import type { RecordedPlatform, ReleaseRecord } from "./record";

/** What the checkout would build for one service. */
export interface CheckoutInputs {
  /** Digest (hex) over everything the service is built from. */
  readonly inputsDigest: string;
  readonly platforms: readonly CheckoutPlatform[];
}

export interface CheckoutPlatform {
  readonly platform: string;
  /** Digest (hex) of the service's inputs and the platform. */
  readonly inputs: string;
  /** `sha256:…` where the registry already has an image of these inputs. */
  readonly found?: string;
}

/** One service with all that the look-ups said. */
export interface ServiceInquiry {
  readonly service: string;
  /** Repository path without the server. */
  readonly repository: string;
  readonly published?: PublishedVersion;
  /** Absent where the checkout cannot say (`fault` says why). */
  readonly checkout?: CheckoutInputs;
  readonly fault?: UserError;
}

export interface ReleaseInquiry {
  readonly version: string;
  /** `semver`: immutable; `movable`: may be published again; `alias`: `latest`, `v1`: never built. */
  readonly kind: "semver" | "movable" | "alias";
  readonly policy: "missing" | "never";
  readonly source: SourceFacts;
  /** true: uncommitted changes may go into a semver version; the revision says so. */
  readonly allowDirty: boolean;
  /** false: what is built stays on the building daemon. */
  readonly push: boolean;
  readonly services: readonly ServiceInquiry[];
}

/** What becomes of one service's images in this run. */
export type ServicePlan =
  | {
      readonly kind: "deploy";
      readonly service: string;
      readonly repository: string;
      readonly published: PublishedVersion;
      /** true: the checkout would build something else than what is published. */
      readonly differs: boolean;
    }
  | {
      readonly kind: "publish";
      readonly service: string;
      readonly repository: string;
      readonly inputsDigest: string;
      readonly images: readonly ImagePlan[];
    };

/** One platform's image: declared as a docker.Image, or taken from the registry as it is. */
export type ImagePlan =
  | {
      readonly kind: "build";
      readonly platform: string;
      readonly inputs: string;
      /**
       * `server/path@sha256:…` whose steps are taken where they are the same; the image then carries
       * its own cache too. Absent: neither.
       */
      readonly cache?: readonly string[];
    }
  | {
      readonly kind: "reuse";
      readonly platform: string;
      readonly inputs: string;
      readonly digest: string;
    };

/**
 * Decides the resource graph: which images are declared, taken as they are, or deployed as published.
 * Pure; the same inquiry and record give the same plan.
 * @throws UserError with every reason at once, where the version can neither be deployed nor published
 */
export function planRelease(
  inquiry: ReleaseInquiry,
  record: ReleaseRecord | undefined,
): readonly ServicePlan[] {
  const plans = inquiry.services.map((service) => planService(inquiry, service, record));
  const missing = inquiry.services.filter((_, at) => plans[at]?.kind === "publish");
  refuseMissing(inquiry, missing, record);
  return plans;
}

/**
 * Whether a run puts or moves any tag. It does not where all that is declared stands in the registry
 * already, and is declared only because this stack's state holds it.
 */
export function publishes(inquiry: ReleaseInquiry, plans: readonly ServicePlan[]): boolean {
  return inquiry.services.some((asked, at) => {
    if (plans[at]?.kind !== "publish") return false;
    const { published, checkout } = asked;
    const same = published !== undefined && published.inputsDigest === checkout?.inputsDigest;
    return !same || (inquiry.kind === "movable" && !coversPlatforms(asked));
  });
}

function planService(
  inquiry: ReleaseInquiry,
  asked: ServiceInquiry,
  record: ReleaseRecord | undefined,
): ServicePlan {
  const { service, repository, published, checkout } = asked;
  const same = published !== undefined && published.inputsDigest === checkout?.inputsDigest;
  const current =
    published !== undefined && (inquiry.kind !== "movable" || (same && coversPlatforms(asked)));
  // Without a push there is nothing to keep declared: the images in the registry are not these.
  const declared = inquiry.push && same && publishedHere(inquiry.version, asked, record);
  if (current && !declared) {
    return { kind: "deploy", service, repository, published, differs: !same };
  }
  return {
    kind: "publish",
    service,
    repository,
    inputsDigest: checkout?.inputsDigest ?? "",
    images: (checkout?.platforms ?? []).map((platform) =>
      planImage(inquiry, asked, platform, record),
    ),
  };
}

/** A movable version of the same inputs may still lack a platform that was added since. */
function coversPlatforms({ published, checkout }: ServiceInquiry): boolean {
  const there = new Set(published?.platforms.map(({ platform }) => platform));
  return checkout?.platforms.every(({ platform }) => there.has(platform)) === true;
}

/** This stack's record says that it published this version of the service from these very inputs. */
function publishedHere(
  version: string,
  { service, checkout }: ServiceInquiry,
  record: ReleaseRecord | undefined,
): boolean {
  const recorded = record?.version === version ? record.services[service] : undefined;
  if (recorded === undefined || checkout === undefined) return false;
  const names = Object.keys(recorded.platforms);
  return (
    names.length === checkout.platforms.length &&
    checkout.platforms.every((one) => recorded.platforms[one.platform]?.inputs === one.inputs)
  );
}

function planImage(
  { push }: ReleaseInquiry,
  { service, published, checkout }: ServiceInquiry,
  { platform, inputs, found }: CheckoutPlatform,
  record: ReleaseRecord | undefined,
): ImagePlan {
  const recorded = push ? builtBefore(record, service, { platform, inputs }) : undefined;
  // A published image of these inputs is not built again, even where its build tag was cleaned up.
  const same = published !== undefined && published.inputsDigest === checkout?.inputsDigest;
  const held = same ? published.platforms.find((one) => one.platform === platform) : undefined;
  // What is published was scanned and signed; a build tag may have been put by whoever may push.
  const digest = held?.digest ?? found;
  if (digest !== undefined && recorded === undefined) {
    return { kind: "reuse", platform, inputs, digest };
  }
  const cache = recorded?.cache;
  return { kind: "build", platform, inputs, ...(cache === undefined ? {} : { cache }) };
}

/** The record of an image for which this stack declared a docker.Image of these very inputs. */
export function builtBefore(
  record: ReleaseRecord | undefined,
  service: string,
  { platform, inputs }: { readonly platform: string; readonly inputs: string },
): RecordedPlatform | undefined {
  const recorded = record?.services[service]?.platforms[platform];
  return recorded?.built === true && recorded.inputs === inputs ? recorded : undefined;
}

function refuseMissing(
  inquiry: ReleaseInquiry,
  missing: readonly ServiceInquiry[],
  record: ReleaseRecord | undefined,
): void {
  // What this stack published before is declared again to keep its state, not to be built.
  const fresh = missing.filter((one) => !publishedHere(inquiry.version, one, record));
  if (fresh.length === 0) return;
  const reasons = [
    ...neverBuilt(inquiry, fresh),
    ...spent(inquiry, fresh),
    ...dirtySource(inquiry),
    ...fresh.flatMap(({ service, fault }) =>
      fault === undefined ? [] : [`${service} cannot be built: ${fault.message}`],
    ),
  ];
  if (reasons.length > 0) throw new UserError(reasons.join("\n"), "release-refused");
}

function neverBuilt(inquiry: ReleaseInquiry, fresh: readonly ServiceInquiry[]): string[] {
  const names = fresh.map(({ service }) => service).join(", ");
  if (inquiry.kind === "alias") {
    return [
      `\`${inquiry.version}\` is not published for ${names}: it moves with the releases and is never ` +
        "built; deploy a version, e.g. `pulumi config set version v1.0.0`",
    ];
  }
  return inquiry.policy === "never"
    ? [
        `\`${inquiry.version}\` is not published for ${names} and \`bot-core:build\` is \`never\`: ` +
          "publish it first, or `pulumi config set bot-core:build missing`",
      ]
    : [];
}

/** Today's source never goes into a version that another source began. */
function spent(inquiry: ReleaseInquiry, fresh: readonly ServiceInquiry[]): string[] {
  if (inquiry.kind !== "semver") return [];
  const foreign = inquiry.services.filter(
    ({ published, checkout }) =>
      published !== undefined && published.inputsDigest !== checkout?.inputsDigest,
  );
  const first = foreign[0]?.published;
  if (first === undefined) return [];
  const names = fresh.map(({ service }) => service).join(", ");
  return [
    `\`${inquiry.version}\` is partly published, from another source ` +
      `(${first.revision ?? "revision unknown"}): ${names} are missing; ` +
      "set a new version, e.g. `pulumi config set version …`, or check out that revision",
  ];
}

function dirtySource(inquiry: ReleaseInquiry): string[] {
  if (inquiry.kind !== "semver" || !inquiry.source.dirty || inquiry.allowDirty) return [];
  return [
    `the sources have uncommitted changes, and \`${inquiry.version}\` would be published from them ` +
      "for ever: commit them first, or set a version that may move, e.g. `pulumi config set version dev`",
  ];
}
