import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunResult } from "../../process/run";
import type { SignPolicy } from "../../resources/supplyChain";
import { type ImageAccess, type ToolOptions, imageName } from "../image";
import { assertSbomSubject } from "../sbom/subject";
import { toolError } from "../tools/output";
import { assertSignable } from "./assertSignable";
import { type Cosign, withCosign } from "./cosign";
import { attestArgs, signArgs } from "./cosignArgs";

/** A platform's image, and the bill of materials that is attested for it. */
export interface PlatformSbom {
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** `sha256:…` of its manifest. */
  readonly digest: string;
  /** SPDX in JSON that describes this digest. Absent: none is attested. */
  readonly sbom?: Buffer;
}

export interface SignRequest {
  /** The index, with a login that may push. */
  readonly image: ImageAccess;
  readonly platforms: readonly PlatformSbom[];
  readonly policy: SignPolicy;
}

const OWNER_ONLY = 0o600;

/**
 * Signs an index with each of its images, and attests the images' bills of materials. In the bundle
 * format, as referrers of what is signed: no tag is written, so immutable tags are no obstacle.
 * @returns cosign's version
 * @throws UserError `sign-key` for a key that is not there or cannot be opened, `sign-identity` where
 *   nothing says who signs, `sbom-subject`, `signature-tool` with cosign's last lines, those of
 *   `findTool`
 */
export async function signImage(
  request: SignRequest,
  options: ToolOptions = {},
): Promise<{ readonly tool: string }> {
  const { image, platforms, policy } = request;
  for (const { digest, sbom } of platforms) {
    if (sbom !== undefined) assertSbomSubject(sbom, { ...image, digest });
  }
  await assertSignable(policy, process.env, options);
  const directory = mkdtempSync(join(tmpdir(), "bot-core-sign-"));
  try {
    const tool = await withCosign(image, options, async (cosign) => {
      options.report?.(`cosign signs ${imageName(image)}`);
      await sign(cosign, image, policy);
      for (const { digest, sbom } of platforms) {
        if (sbom === undefined) continue;
        options.report?.(`cosign attests what is in ${imageName({ ...image, digest })}`);
        const predicate = join(directory, "sbom.spdx.json");
        writeFileSync(predicate, sbom, { mode: OWNER_ONLY });
        await attest(cosign, { ...image, digest }, policy, predicate);
      }
      return cosign.version;
    });
    return { tool };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function sign(cosign: Cosign, image: ImageAccess, policy: SignPolicy): Promise<void> {
  const result = await cosign.call(image.digest, (call) => signArgs(call, policy));
  assertDone(result, `cosign could not sign \`${imageName(image)}\`${withKey(policy)}`, image);
}

async function attest(
  cosign: Cosign,
  image: ImageAccess,
  policy: SignPolicy,
  predicate: string,
): Promise<void> {
  const result = await cosign.call(image.digest, (call) => attestArgs(call, policy, predicate));
  const what = `cosign could not attest the bill of materials of \`${imageName(image)}\``;
  assertDone(result, `${what}${withKey(policy)}`, image);
}

/** A store that refuses may call the key by another name. */
function withKey(policy: SignPolicy): string {
  return policy.kind === "key" ? ` with the key \`${policy.key}\`` : "";
}

function assertDone(result: RunResult, what: string, { credentials }: ImageAccess): void {
  if (result.code !== 0) throw toolError(what, "signature-tool", result, credentials);
}
