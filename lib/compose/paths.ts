import { existsSync } from "node:fs";
import path from "node:path";

/**
 * The path from the project folder, with `/`, of a path that belongs to the checkout: relative, or
 * absolute inside the project folder (paths of an `include` come so).
 * @returns undefined for paths of the host
 */
export function checkoutPath(projectDirectory: string, given: string): string | undefined {
  if (given.startsWith("~")) return undefined;
  const relative = path.relative(projectDirectory, path.resolve(projectDirectory, given));
  if (path.isAbsolute(given) && isAbove(relative)) return undefined;
  return relative === "" ? "." : relative;
}

/** The folder of the repository that a folder is in; the folder itself without one. */
export function repositoryRoot(folder: string): string {
  let candidate = folder;
  while (!existsSync(path.join(candidate, ".git"))) {
    const parent = path.dirname(candidate);
    if (parent === candidate) return folder;
    candidate = parent;
  }
  return candidate;
}

/** true: the path leaves the folder that it counts from. */
export function isAbove(relative: string): boolean {
  return relative === ".." || relative.startsWith(`..${path.sep}`);
}
