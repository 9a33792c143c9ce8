import semver from "semver";

/** The oldest Node and Pulumi CLI that the program was tried with. */
export const MINIMUM_NODE = "20.19.0";
export const MINIMUM_PULUMI = "3.259.0";

/** Whether a program's own words for its version (`v3.259.0`, `2.26.1-4`) mean one that will do. */
export function isRecent(printed: string, minimum: string): boolean {
  const version = semver.coerce(printed);
  return version !== null && semver.gte(version, minimum);
}
