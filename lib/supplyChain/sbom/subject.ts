import { UserError } from "../../errors";
import { type ImageAccess, imageName } from "../image";
import { readSpdx } from "./spdx";

/**
 * Refuses an SPDX document that does not describe exactly this image.
 * @throws UserError `sbom-subject` naming both digests, `sbom-invalid` for no SPDX document
 */
export function assertSbomSubject(
  document: Buffer | string,
  image: Pick<ImageAccess, "endpoint" | "repository" | "digest">,
): void {
  const { subjects } = readSpdx(document);
  if (subjects.length === 1 && subjects[0] === image.digest) return;
  const told = subjects.length === 0 ? "no image by its digest" : subjects.join(" and ");
  const name = imageName({ ...image, credentials: undefined });
  throw new UserError(
    `the bill of materials of \`${name}\` describes ${told}, not ${image.digest}; make it anew from this very image`,
    "sbom-subject",
  );
}
