import type * as pulumi from "@pulumi/pulumi";
import { platformSuffix } from "../../lib/images";
import { ImageSbom } from "../botcore/imageSbom";
import { ImageScan } from "../botcore/imageScan";
import { ImageSignature } from "../botcore/imageSignature";
import { ImageVerification } from "../botcore/imageVerification";
import type { AccountInput } from "../registry/account";
import type { Policies } from "./policies";

/** One service of a release on its way through the gates. */
export interface GatedService {
  readonly registry: AccountInput;
  /** Repository path without the server. */
  readonly repository: string;
  readonly service: string;
  readonly version: string;
  readonly policies: Policies;
}

/** A platform's image, and by which manifest its bill of materials is attached to it. */
export interface GatedPlatform {
  readonly platform: string;
  readonly digest: pulumi.Output<string>;
  readonly sbom?: pulumi.Output<string | undefined>;
}

export interface PlatformGates {
  readonly platforms: readonly GatedPlatform[];
  /** Nothing joins the images before these have passed. */
  readonly passed: readonly pulumi.Resource[];
}

/** Declares the scan and the bill of materials of each platform's image, as the policies ask. */
export function declarePlatformGates(
  gated: GatedService,
  images: readonly { readonly platform: string; readonly digest: pulumi.Output<string> }[],
  opts: pulumi.CustomResourceOptions,
): PlatformGates {
  const { policies, ...place } = gated;
  const passed: pulumi.Resource[] = [];
  const platforms = images.map(({ platform, digest }): GatedPlatform => {
    const name = `${place.service}-${place.version}-${platformSuffix(platform)}`;
    const target = { ...place, platform, digest, ...(policies.asked ?? { published: false }) };
    if (policies.scan !== undefined) {
      const policy = { ...policies.scan, ignores: ignoresFor(place.service, policies.scan) };
      passed.push(new ImageScan(name, { ...target, policy }, opts));
    }
    if (!policies.sbom) return { platform, digest };
    const sbom = new ImageSbom(name, target, opts);
    passed.push(sbom);
    return { platform, digest, sbom: sbom.attached };
  });
  return { platforms, passed };
}

/**
 * Declares the signature of an index with its images, and its verification.
 * @returns what has to stand before the index may be published
 */
export function declareIndexGates(
  gated: GatedService,
  digest: pulumi.Output<string>,
  platforms: readonly GatedPlatform[],
  opts: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  const { policies, ...place } = gated;
  const name = `${place.service}-${place.version}`;
  const target = { ...place, digest, platforms: [...platforms] };
  const signature =
    policies.sign === undefined
      ? undefined
      : new ImageSignature(name, { ...target, policy: policies.sign }, opts);
  const signed = signature === undefined ? [] : [signature];
  if (policies.verify === undefined) return signed;
  // Only what this run signs is known to have its bill of materials attested.
  const attested =
    signature === undefined
      ? platforms.map(({ platform, digest: image }) => ({ platform, digest: image }))
      : [...platforms];
  const verification = new ImageVerification(
    name,
    { ...target, platforms: attested, policy: policies.verify },
    { ...opts, dependsOn: signed },
  );
  return [...signed, verification];
}

/** Entries for other services only are no input of this one: a change there scans nothing here again. */
function ignoresFor(
  service: string,
  { ignores }: NonNullable<Policies["scan"]>,
): NonNullable<Policies["scan"]>["ignores"] {
  return ignores.filter(({ services }) => services === undefined || services.includes(service));
}
