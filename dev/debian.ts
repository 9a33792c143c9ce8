import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/errors";
import { run } from "../lib/process/run";
import { debianArchivesOf, forRelease, oneLine } from "./aptSource";
import type { AptArchive } from "./aptSource";
import { writeWhole } from "./cache";
import type { Report } from "./steps";

/** The release whose packages make the engine and the base images. */
export const SUITE = "trixie";

const SOURCE = `/etc/apt/sources.list.d/bot-core-${SUITE}.list`;
const PREFERENCES = `/etc/apt/preferences.d/bot-core-${SUITE}`;
/** Below every installed release: nothing is upgraded that was not asked for by name. */
const PIN = `# Made by bot-core's dev environment: packages of ${SUITE} only where they are asked for.
Package: *
Pin: release n=${SUITE}*
Pin-Priority: 100
`;
const LOCK_SECONDS = 300;

/**
 * Whether Debian packages can be installed on this machine.
 * @throws UserError `no-debian` or `no-root`, saying what for and what to do instead
 */
export function requireDebianRoot(purpose: string, instead: string): void {
  if (!existsSync("/etc/debian_version")) {
    throw new UserError(
      `${purpose}, and this is not Debian, where it could be installed: ${instead}`,
      "no-debian",
    );
  }
  if (process.getuid?.() !== 0) {
    throw new UserError(
      `${purpose}, and installing it needs root: run this once as root, or ${instead}`,
      "no-root",
    );
  }
}

/**
 * Installs packages of SUITE. What they need is taken from the machine's own release where that
 * will do: `--target-release` would take all of it from SUITE, the C library included.
 * @param beside packages of the machine's own release to install with them
 */
export async function installFromSuite(
  packages: readonly string[],
  beside: readonly string[],
  report: Report,
): Promise<void> {
  addSuite();
  await apt(["update"], report);
  await apt(["install", ...packages.map((name) => `${name}/${SUITE}`), ...beside], report);
}

/** Installs packages of the release that the machine runs. */
export async function installPackages(packages: readonly string[], report: Report): Promise<void> {
  const install = ["install", ...packages];
  // A fresh machine has no package lists yet.
  const first = await apt(install, report).catch(() => undefined);
  if (first !== undefined) return;
  await apt(["update"], report);
  await apt(install, report);
}

/** The archives of SUITE as mmdebstrap takes them, one line each. */
export function suiteSources(): string[] {
  return [...new Set(archives().map((archive) => oneLine(forRelease(archive, SUITE))))];
}

function addSuite(): void {
  if (archives().some(({ suite }) => suite === SUITE)) return;
  const origin = "# Made by bot-core's dev environment from this machine's own Debian entry.";
  writeWhole(PREFERENCES, PIN);
  writeWhole(SOURCE, [origin, ...suiteSources(), ""].join("\n"));
}

function archives(): AptArchive[] {
  const files = ["/etc/apt/sources.list", ...listed("/etc/apt/sources.list.d")];
  const found = files
    .filter((file) => existsSync(file))
    .flatMap((file) => debianArchivesOf(file, readFileSync(file, "utf8")));
  if (found.length > 0) return found;
  throw new UserError(
    "no apt source of this machine is Debian's own: add its entry to " +
      "/etc/apt/sources.list.d/debian.sources and run again",
    "no-apt-source",
  );
}

function listed(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".list") || name.endsWith(".sources"))
    .sort()
    .map((name) => join(directory, name));
}

async function apt(args: readonly string[], report: Report): Promise<void> {
  const options = ["-y", "-q", "--no-install-recommends", `-oDPkg::Lock::Timeout=${LOCK_SECONDS}`];
  const done = await run("apt-get", [...options, ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    onLine: report,
  });
  if (done.code === 0) return;
  const LAST_LINES = 6;
  const lines = done.stderr.trim().split("\n").slice(-LAST_LINES);
  throw new UserError(
    [`\`apt-get ${args.join(" ")}\` failed:`, ...lines.map((line) => `  ${line}`)].join("\n"),
    "apt-failed",
  );
}
