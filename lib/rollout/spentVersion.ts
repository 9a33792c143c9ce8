import { UserError } from "../errors";
import type { ComposeHostInputs } from "../resources/composeHost";
import { isSemverVersion } from "../tags";

/** Nothing was tried: the same version is what is to be run again. */
const NOT_TRIED: ReadonlySet<string> = new Set([
  "host-address",
  "host-no-docker",
  "host-unreachable",
  "host-version",
  "rollout-locked",
  // Refused by the verification, which comes before the host gets anything.
  "image-unsigned",
  "image-wrong-signer",
  "image-version-mismatch",
  "image-service-mismatch",
  "image-platform-foreign",
  "image-missing",
  "images-refused",
  "sbom-subject",
  "sbom-invalid",
  "signature-tool",
  "tool-missing",
  "tool-too-old",
]);

type Release = Pick<ComposeHostInputs, "version" | "revision" | "images">;

/**
 * A release that failed at the host has spent its version: it is published, and a published version
 * never changes (issue 3). Says so, because a mended source under the same version would not be built.
 * @returns the error as it is where nothing was tried, nothing is ours, or the version may move
 */
export function withSpentVersion(error: unknown, release: Release): unknown {
  const { version, revision, images } = release;
  if (!(error instanceof UserError) || NOT_TRIED.has(error.code)) return error;
  if (Object.keys(images).length === 0 || !isSemverVersion(version)) return error;
  const from = revision === undefined ? "" : ` from ${revision}`;
  const spent =
    `${version} is published${from}; a changed source needs a new version: ` +
    "`pulumi config set version …`";
  return new UserError(`${error.message}\n${spent}`, error.code, { cause: error });
}
