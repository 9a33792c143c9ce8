import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors";
import { platformText } from "../../images/platform";
import type { VersionImage } from "../../resources/supplyChain";

const REPORTS = "reports";
/** A tag of a registry (distribution-spec 1.1): it has no separator and does not begin with a dot. */
const TAG = /^\w[\w.-]{0,127}$/;

/** What is written for one service's platform. */
export type ReportKind = "sarif" | "spdx.json" | "findings.json";

/**
 * Folder of a version's reports, relative to the project: `reports/v1.0.0`.
 * @throws UserError `report-version` for a version that is no tag, and so perhaps no file name
 */
export function reportFolder(version: string): string {
  if (TAG.test(version)) return join(REPORTS, version);
  throw new UserError(
    `version \`${version}\` is no tag, and reports are filed under it: allowed are up to 128 letters, digits, \`_\`, \`.\` and \`-\`, the first one a letter, a digit or \`_\``,
    "report-version",
  );
}

/** `web-amd64.sarif`; a platform other than Linux's has its system in it. */
export function reportName(service: string, platform: string, kind: ReportKind): string {
  return `${imageFile({ service, platform })}.${kind}`;
}

/** `web-amd64`: what the names of an image's reports begin with. */
export function imageFile({ service, platform }: VersionImage): string {
  const spelled = platformText(platform).replace(/^linux\//, "");
  return `${fileText(service)}-${fileText(spelled)}`;
}

/**
 * Writes one file of a folder so that no reader ever sees a part of it. The folder is made.
 * @returns its path
 */
export function writeReport(folder: string, name: string, bytes: Uint8Array | string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, fileText(name));
  // Several resources of several processes may write the same file.
  const unfinished = join(folder, `.${fileText(name)}.${randomUUID()}.tmp`);
  try {
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return file;
}

/** The text as a part of a file's name: a separator or a leading dot would leave the folder or hide it. */
function fileText(text: string): string {
  return text.replace(/[^\w.-]/g, "-").replace(/^\.+/, "-");
}
