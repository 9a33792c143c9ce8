import { UserError } from "../../errors";
import { RegistryClient } from "../../oci";
import type { RunResult } from "../../process/run";
import type { VerifyPolicy } from "../../resources/supplyChain";
import { type ImageAccess, type ToolOptions, imageName } from "../image";
import { readSpdx } from "../sbom/spdx";
import { assertSbomSubject } from "../sbom/subject";
import { type Cosign, withCosign } from "./cosign";
import { type SignatureFormat, verifyArgs, verifyAttestationArgs } from "./cosignArgs";
import { type Outcome, hasSignature, outcomeOf } from "./outcome";
import { presenceOf } from "./presence";
import { withPublicHalf } from "./publicHalf";
import { missing, noSbom, unknown, unsigned, wrongSigner } from "./refusals";
import { assertPlatforms, assertService, assertVersion } from "./signedIndex";
import { attestedDocuments } from "./statements";

/** A platform's image that has to be in the index. */
export interface VerifyPlatform {
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** `sha256:…` of its manifest. */
  readonly digest: string;
  /** true: it needs an attested bill of materials. `if-attested`: it may lack one, not have a wrong one. */
  readonly sbom: boolean | "if-attested";
}

export interface VerifyRequest {
  /** The index. */
  readonly image: ImageAccess;
  /** The service that it is to be. Absent: which one it is is not looked at. */
  readonly service?: string;
  /** The version under which it is to run. Absent: its own version is not looked at. */
  readonly version?: string;
  readonly platforms: readonly VerifyPlatform[];
  readonly policy: VerifyPolicy;
}

const FORMATS: readonly SignatureFormat[] = ["bundle", "tag"];

/**
 * Checks that the policy's signer signed this index, for this service and version, with these images,
 * and attested their bills of materials. Takes the bundle format and the older `.sig` and `.att` tags.
 * Of several attestations one that describes its image is enough.
 * @throws UserError `image-unsigned`, `image-wrong-signer`, `image-version-mismatch`,
 *   `image-service-mismatch`, `image-platform-foreign`, `sbom-missing`, `sbom-subject`; `image-missing`
 *   where the registry lacks the index; `signature-tool` where cosign could not tell; those of
 *   `findTool` and `RegistryClient`
 */
export async function verifyImage(
  request: VerifyRequest,
  options: ToolOptions = {},
): Promise<void> {
  const { image, service, version, platforms, policy } = request;
  const name = imageName(image);
  const client = new RegistryClient(image.endpoint, image.credentials);
  const manifest = await client.getManifest(image.repository, image.digest);
  if (manifest === undefined) throw missing(name);
  const verify = async (cosign: Cosign, checked: VerifyPolicy): Promise<void> => {
    options.report?.(`cosign verifies ${name}`);
    const access = { cosign, client, image, policy, checked };
    await verifySignature(access);
    if (version !== undefined) assertVersion(name, manifest, version);
    if (service !== undefined) assertService(name, manifest, service);
    assertPlatforms(name, manifest, platforms);
    for (const { platform, digest, sbom } of platforms) {
      if (sbom === false) continue;
      const verified = verifySbom({ ...access, image: { ...image, digest } }, platform);
      await (sbom === "if-attested" ? verified.catch(unlessMissing) : verified);
    }
  };
  await withPublicHalf(policy, options, (checked) =>
    withCosign(image, options, (cosign) => verify(cosign, checked)),
  );
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof UserError) || error.code !== "sbom-missing") throw error;
}

interface Access {
  readonly cosign: Cosign;
  readonly client: RegistryClient;
  readonly image: ImageAccess;
  /** As the user says it; for messages. */
  readonly policy: VerifyPolicy;
  /** The same for cosign, which asks no store of keys. */
  readonly checked: VerifyPolicy;
}

async function verifySignature({ cosign, client, image, policy, checked }: Access): Promise<void> {
  const { digest, credentials, repository } = image;
  const results: RunResult[] = [];
  for (const format of FORMATS) {
    const result = await cosign.call(digest, (call) => verifyArgs(call, checked, format));
    if (outcomeOf(result) === "verified" && hasSignature(result.stdout, digest)) return;
    results.push(result);
  }
  const name = imageName(image);
  const other = resultOf(results, "other-signer");
  if (other !== undefined) throw wrongSigner(name, "the signature", policy, other, credentials);
  // The registry itself says that there is none, whatever kept cosign from saying so.
  const { signature } = await presenceOf(client, repository, digest);
  const fault = resultOf(results, "fault") ?? results[0];
  throw signature && fault !== undefined
    ? unknown(name, fault, credentials)
    : unsigned(name, policy);
}

async function verifySbom(access: Access, platform: string): Promise<void> {
  const { cosign, image, checked } = access;
  const results: RunResult[] = [];
  const documents: string[] = [];
  for (const format of FORMATS) {
    const result = await cosign.call(image.digest, (call) =>
      verifyAttestationArgs(call, checked, format),
    );
    results.push(result);
    if (outcomeOf(result) !== "verified") continue;
    documents.push(...attestedDocuments(result.stdout, image.digest));
    if (documents.some((document) => describes(document, image.digest))) return;
  }
  const [lying] = documents;
  if (lying !== undefined) assertSbomSubject(lying, image);
  throw await sbomRefusal(access, platform, results);
}

function describes(document: string, digest: string): boolean {
  try {
    const { subjects } = readSpdx(document);
    return subjects.length === 1 && subjects[0] === digest;
  } catch {
    return false;
  }
}

async function sbomRefusal(
  { client, image, policy }: Access,
  platform: string,
  results: readonly RunResult[],
): Promise<UserError> {
  const { repository, digest, credentials } = image;
  const name = imageName(image);
  const { attestation } = await presenceOf(client, repository, digest);
  if (!attestation) return noSbom(name, platform, policy);
  const other = resultOf(results, "other-signer");
  if (other !== undefined) {
    return wrongSigner(name, "the attested bill of materials", policy, other, credentials);
  }
  const fault = resultOf(results, "fault");
  return fault === undefined ? noSbom(name, platform, policy) : unknown(name, fault, credentials);
}

function resultOf(results: readonly RunResult[], outcome: Outcome): RunResult | undefined {
  return results.find((result) => outcomeOf(result) === outcome);
}
