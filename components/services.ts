import * as pulumi from "@pulumi/pulumi";
import { loadCompose, type LoadedCompose } from "../lib/compose";
import { findingsError } from "../lib/errors";
import { composeOptions } from "../lib/settings/composeOptions";
import type { Settings } from "../lib/settings/settings";

/**
 * Reads the Compose files: the services as the host runs them, and how ours are built. Warnings are
 * shown on the stack, so that a preview has them.
 * @throws UserError with every fault of the files at once
 */
export async function readServices(settings: Settings): Promise<LoadedCompose> {
  const compose = await loadCompose(composeOptions(settings, process.cwd()));
  if (compose.findings.errors.length > 0) {
    const files = settings.release.composeFiles.join(", ");
    throw findingsError(`${files} cannot be deployed`, compose.findings.errors, "compose-invalid");
  }
  for (const { at, message } of compose.findings.warnings) {
    void pulumi.log.warn(`${at}: ${message}`);
  }
  return compose;
}
