import type { RegistryClient } from "../../oci";
import { SPDX_PREDICATE } from "./statements";

/** Type of a bundle of Sigstore as a referrer; later versions of the format count too. */
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(\.v|\+json)/;
const PREDICATE = "dev.sigstore.bundle.predicateType";

/** What of cosign's kinds a registry has beside an image, whoever made it. */
export interface Presence {
  readonly signature: boolean;
  /** An attestation of a bill of materials, or one whose kind the registry does not tell. */
  readonly attestation: boolean;
}

/** Asked where cosign finds nothing good: whether there is nothing, or something of somebody else. */
export async function presenceOf(
  client: RegistryClient,
  repository: string,
  digest: string,
): Promise<Presence> {
  const listed = (await client.listReferrers(repository, digest)).filter(
    ({ artifactType }) => artifactType === undefined || BUNDLE.test(artifactType),
  );
  // Where the list stands under a tag, it still has what was deleted.
  const heads = await Promise.all(
    listed.map((bundle) => client.headManifest(repository, bundle.digest)),
  );
  const bundles = listed.filter((_bundle, at) => heads[at] !== undefined);
  const ofSbom = (annotations: Readonly<Record<string, string>>): boolean | undefined => {
    const type = annotations[PREDICATE];
    return type === undefined ? undefined : type === SPDX_PREDICATE;
  };
  const kinds = bundles.map(({ annotations }) => ofSbom(annotations));
  const tag = digest.replace(":", "-");
  const has = async (suffix: string): Promise<boolean> =>
    (await client.headManifest(repository, `${tag}.${suffix}`)) !== undefined;
  return {
    signature: kinds.some((sbom) => sbom !== true) || (await has("sig")),
    attestation: kinds.some((sbom) => sbom !== false) || (await has("att")),
  };
}
