import { existsSync } from "node:fs";
import { UserError } from "../lib/errors";
import { run } from "../lib/process/run";
import { installPackages, requireDebianRoot } from "./debian";
import { DOCKER } from "./images/makeImage";
import { ensureLocalImage } from "./images/localImage";
import { BUSYBOX } from "./images/recipes";
import type { Architecture } from "./images/recipes";
import type { Report } from "./steps";
import { step } from "./steps";

const BINFMT = "/proc/sys/fs/binfmt_misc";
const QEMU: Readonly<Record<Architecture, string>> = {
  amd64: "qemu-x86_64",
  arm64: "qemu-aarch64",
};
const PACKAGES = ["qemu-user-static", "binfmt-support"];
/** The official way where public images can be had; the image is run once and not kept. */
const INSTALLER = "tonistiigi/binfmt:qemu-v9.2.2";

/**
 * Makes programs of another platform run in containers, where they do not yet.
 * @throws UserError `no-emulation`, `no-debian`, `no-root`, `apt-failed`
 */
export async function ensureEmulation(foreign: Architecture): Promise<void> {
  if (await runs(foreign)) return;
  await step(`setting up emulation of linux/${foreign}`, async (report) => {
    if (await installPublic(foreign)) return;
    await installDebian(foreign, report);
  });
  if (await runs(foreign)) return;
  throw new UserError(
    `containers for linux/${foreign} do not run here: set up QEMU's binfmt handlers ` +
      "(https://docs.docker.com/build/building/multi-platform/) and run again",
    "no-emulation",
  );
}

async function runs(foreign: Architecture): Promise<boolean> {
  const image = await ensureLocalImage(BUSYBOX, foreign);
  const tried = await run(DOCKER, [
    ...["run", "--rm", "--platform", `linux/${foreign}`, image, "true"],
  ]);
  return tried.code === 0;
}

async function installPublic(foreign: Architecture): Promise<boolean> {
  const tried = await run(DOCKER, [
    ...["run", "--privileged", "--rm", INSTALLER, "--install", foreign],
  ]);
  return tried.code === 0;
}

async function installDebian(foreign: Architecture, report: Report): Promise<void> {
  requireDebianRoot(
    `containers for linux/${foreign} do not run here`,
    "set up QEMU's binfmt handlers by hand",
  );
  await installPackages(PACKAGES, report);
  if (!existsSync(`${BINFMT}/register`)) {
    await run("mount", ["-t", "binfmt_misc", "binfmt_misc", BINFMT]);
  }
  await run("update-binfmts", ["--enable", QEMU[foreign]]);
}
