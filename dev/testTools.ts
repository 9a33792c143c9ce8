import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installFromSuite, installPackages, requireDebianRoot } from "./debian";
import { step } from "./steps";
import type { Report } from "./steps";

/** Names under which a headless Chromium is found on PATH. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const SSHD = "/usr/sbin/sshd";

/**
 * Programs that only tests use: a browser and an ssh server. A missing one is installed where that
 * is possible; otherwise the tests that need it skip themselves and say why.
 * @returns variables that tell the tests where they are: CHROMIUM, SSHD
 */
export async function ensureTestTools(): Promise<Record<string, string>> {
  const browser = findBrowser() ?? (await install("chromium", installBrowser, findBrowser));
  const sshd = findSshd() ?? (await install("openssh-server", installSshd, findSshd));
  return {
    ...(browser === undefined ? {} : { CHROMIUM: browser }),
    ...(sshd === undefined ? {} : { SSHD: sshd }),
  };
}

async function install(
  name: string,
  work: (report: Report) => Promise<void>,
  find: () => string | undefined,
): Promise<string | undefined> {
  try {
    requireDebianRoot(`${name} is missing`, "install it");
    await step(`installing ${name} for the tests`, work);
  } catch {
    return undefined;
  }
  return find();
}

function installBrowser(report: Report): Promise<void> {
  return installPackages(["chromium"], report);
}

/** The server needs exactly the client's version, and that may be of either release. */
async function installSshd(report: Report): Promise<void> {
  await installPackages(["openssh-server"], report).catch(() =>
    installFromSuite(["openssh-server", "openssh-sftp-server", "openssh-client"], [], report),
  );
}

function findSshd(): string | undefined {
  return existsSync(SSHD) ? SSHD : undefined;
}

function findBrowser(): string | undefined {
  const given = process.env["CHROMIUM"];
  if (given !== undefined && existsSync(given)) return given;
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  return BROWSERS.flatMap((name) => directories.map((directory) => join(directory, name))).find(
    existsSync,
  );
}
