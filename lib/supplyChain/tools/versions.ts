import semver from "semver";
import { UserError } from "../../errors";

/** The field's own tools, which are found on PATH. */
export const TOOLS = ["trivy", "grype", "syft", "cosign"] as const;
export type ToolName = (typeof TOOLS)[number];

/** Which versions of a tool are used. */
interface Supported {
  /** The command that prints the version. */
  readonly args: readonly string[];
  /** What it is needed for, as the end of a sentence. */
  readonly purpose: string;
  /** Lowest version by major version; others are held to the highest entry. */
  readonly oldest: readonly string[];
  /** Why nothing older is used, as the end of a sentence. */
  readonly because: string;
}

export const SUPPORTED: Readonly<Record<ToolName, Supported>> = {
  trivy: {
    args: ["--version"],
    purpose: "to scan images",
    // The first that takes several places to fetch its database from, each of which may say no.
    oldest: ["0.56.0"],
    because: "older ones have no second place to fetch the vulnerability database from",
  },
  grype: {
    args: ["--version"],
    purpose: "to scan images",
    oldest: ["0.104.1"],
    because: "older ones may write the registry's password into a report (GHSA-6gxw-85q2-q646)",
  },
  syft: {
    args: ["--version"],
    purpose: "to list what is in an image",
    oldest: ["1.0.0"],
    because: "older ones have no `syft scan`",
  },
  cosign: {
    args: ["version"],
    purpose: "to sign and verify images",
    oldest: ["2.6.2", "3.0.4"],
    because:
      "older ones accept a transparency log entry of another signature (GHSA-whqx-f9j3-ch6m)",
  },
};

/** Releases that were published by attackers; the files of 19 to 23 March 2026. */
const MALICIOUS: Partial<Readonly<Record<ToolName, readonly string[]>>> = {
  trivy: ["0.69.4", "0.69.5", "0.69.6"],
};

/** How each tool writes its version: `GitVersion: v3.1.3`, `Version: 0.69.3`, `syft 1.57.0`. */
const PRINTED = /^(?:(?:Git)?Version:|syft|grype)\s+v?(\d\S*)/m;

/** The version in what a tool printed; undefined where there is none. */
export function readVersion(printed: string): string | undefined {
  return semver.valid(PRINTED.exec(printed)?.[1]) ?? undefined;
}

/**
 * @throws UserError `tool-version` where the tool printed none, `tool-malicious` for a release that
 *   steals secrets, `tool-too-old`
 */
export function assertVersion(name: ToolName, printed: string): string {
  const { oldest, because, purpose } = SUPPORTED[name];
  const version = readVersion(printed);
  if (version === undefined) {
    throw new UserError(
      `\`${name}\` on PATH tells no version; install a release of ${name}, ${lowest(name)}`,
      "tool-version",
    );
  }
  if (MALICIOUS[name]?.includes(version) === true) {
    throw new UserError(
      `\`${name}\` on PATH is version ${version}, which attackers published: it steals secrets. Remove it, renew every password and token that this machine holds, and install ${name} of another version, ${lowest(name)}`,
      "tool-malicious",
    );
  }
  const [highest = version] = [...oldest].sort(semver.rcompare);
  const limit = oldest.find((one) => semver.major(one) === semver.major(version)) ?? highest;
  if (semver.gte(version, limit)) return version;
  throw new UserError(
    `\`${name}\` on PATH is version ${version}, and ${purpose} it has to be ${lowest(name)}: ${because}; install a newer release`,
    "tool-too-old",
  );
}

/** @returns the error of a tool that is not there */
export function missingTool(name: ToolName): UserError {
  return new UserError(
    `\`${name}\` is not on PATH, and it is needed ${SUPPORTED[name].purpose}: install ${name}, ${lowest(name)}, and run again`,
    "tool-missing",
  );
}

function lowest(name: ToolName): string {
  const versions = SUPPORTED[name].oldest.map((version) =>
    semver.major(version) === 0 ? version : `${semver.major(version)}: ${version}`,
  );
  const [first = "", ...more] = versions;
  if (more.length === 0) return `${SUPPORTED[name].oldest[0] ?? first} or newer`;
  return SUPPORTED[name].oldest
    .map((version) => `${version} or newer of version ${semver.major(version)}`)
    .join(", ");
}
