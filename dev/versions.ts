import semver from "semver";

/** The oldest Pulumi CLI that the program's providers and the dev environment were tried with. */
export const OLDEST_PULUMI = "3.259.0";

/** Whether `pulumi version` printed a version that will do (`v3.259.0`, `3.260.1-dev`). */
export function isPulumiRecent(printed: string): boolean {
  const version = semver.coerce(printed.trim());
  return version !== null && semver.gte(version, OLDEST_PULUMI);
}
