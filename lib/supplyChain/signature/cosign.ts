import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run as runProgram, type RunResult } from "../../process/run";
import { type ImageAccess, type ToolOptions, imageName } from "../image";
import { findTool } from "../tools/findTool";
import { withRegistryLogin } from "../tools/registryLogin";
import type { CosignCall, OfflineFiles } from "./cosignArgs";

/** cosign with the login of one image's registry. */
export interface Cosign {
  readonly version: string;
  /** Runs it on a digest of that repository; `args` is told what its arguments depend on. */
  call(digest: string, args: (call: CosignCall) => string[]): Promise<RunResult>;
}

const LIMIT_MS = 300_000;
const NO_SERVICES = {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  rekorTlogConfig: {},
  tsaConfig: {},
};
const NO_ROOTS = { mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1" };

/**
 * Finds cosign and gives it the login of the image's registry for as long as `work` runs.
 * @throws UserError those of `findTool`; `program-timeout`, `program-aborted`
 */
export async function withCosign<T>(
  image: ImageAccess,
  options: ToolOptions,
  work: (cosign: Cosign) => Promise<T>,
): Promise<T> {
  const { program, version } = await findTool("cosign", options);
  const { run = runProgram, signal } = options;
  return withOfflineFiles((offline) =>
    withRegistryLogin(image, ({ env, caFile }) => {
      const authority = caFile === undefined ? {} : { caFile };
      const depends = { endpoint: image.endpoint, version, offline, ...authority };
      return work({
        version,
        call: (digest, args) =>
          run(program, args({ reference: imageName({ ...image, digest }), ...depends }), {
            // A signature elsewhere would not be found with the image.
            env: { ...env, COSIGN_REPOSITORY: undefined },
            timeoutMs: LIMIT_MS,
            ...(signal === undefined ? {} : { signal }),
          }),
      });
    }),
  );
}

async function withOfflineFiles<T>(work: (files: OfflineFiles) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "bot-core-cosign-"));
  try {
    const signingConfig = join(directory, "signing-config.json");
    const trustedRoot = join(directory, "trusted-root.json");
    writeFileSync(signingConfig, JSON.stringify(NO_SERVICES));
    writeFileSync(trustedRoot, JSON.stringify(NO_ROOTS));
    return await work({ signingConfig, trustedRoot });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
