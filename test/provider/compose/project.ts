import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadCompose, type LoadedCompose, type LoadOptions } from "../../../lib/compose";

/** Loads a project of some files with the real Compose, in a folder of its own. */
export async function loadFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<LoadedCompose> {
  const projectDirectory = mkdtempSync(path.join(tmpdir(), "compose-test-"));
  try {
    writeFiles(projectDirectory, files);
    return await loadCompose({ ...DEFAULTS, projectDirectory, ...options });
  } finally {
    rmSync(projectDirectory, { recursive: true, force: true });
  }
}

/** Writes files below a folder. A path that ends with `/` is an empty folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(name.endsWith("/") ? file : path.dirname(file), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(file, text);
  }
}

const DEFAULTS = {
  files: ["compose.yml"],
  project: "shop",
  variables: { DOCKER_REGISTRY: "registry.example/shop", VERSION: "v1.0.0", GIT_SHA: "abc1234" },
  envFiles: [],
  remoteHost: false,
} as const;

/** `file:line: message` of each finding. */
export function textsOf(findings: readonly { at: string; message: string }[]): string[] {
  return findings.map(({ at, message }) => `${at}: ${message}`);
}
