import { run as runProgram, type RunResult } from "../../process/run";
import { type ImageAccess, type ToolOptions, imageName } from "../image";
import { findTool } from "../tools/findTool";
import { withRegistryLogin } from "../tools/registryLogin";
import type { CosignCall } from "./cosignArgs";

/** cosign with the login of one image's registry. */
export interface Cosign {
  readonly version: string;
  /** Runs it on a digest of that repository; `args` is told what its arguments depend on. */
  call(digest: string, args: (call: CosignCall) => string[]): Promise<RunResult>;
}

/** Waiting for somebody who logs in by a browser included. */
const LIMIT_MS = 300_000;
/** How cosign asks for a login where nothing says who signs. */
const LOGIN_LINE = /verification code|open.*https:\/\//i;

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
  const { run = runProgram, signal, report } = options;
  return withRegistryLogin(image, ({ env, caFile }) =>
    work({
      version,
      call: (digest, args) => {
        const reference = imageName({ ...image, digest });
        const { endpoint } = image;
        const authority = caFile === undefined ? {} : { caFile };
        return run(program, args({ reference, endpoint, version, ...authority }), {
          // A signature elsewhere would not be found with the image.
          env: { ...env, COSIGN_REPOSITORY: undefined },
          timeoutMs: LIMIT_MS,
          ...(signal === undefined ? {} : { signal }),
          onLine: (line) => {
            if (LOGIN_LINE.test(line)) report?.(line.trim());
          },
        });
      },
    }),
  );
}
