// The door of every npm script. It needs nothing but Node, so that it also works in a fresh clone:
// it puts node_modules in order and then hands over to dev/main.ts in this same process, where
// exit codes and signals need no passing on.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const OLDEST_NODE = 20;
const POLL_MS = 200;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

function fail(message) {
  console.error(message);
  process.exit(1);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** By npm's own record, which it writes when everything else is done. */
function isInstalled() {
  const wanted = packagesOf("package-lock.json");
  if (wanted === undefined) fail("package-lock.json is missing or broken: restore it from git");
  const installed = packagesOf(join("node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    const there = installed[path];
    if (there === undefined) return optional === true;
    return there.version === version && there.integrity === integrity;
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Two `npm ci` in one checkout would undo each other. */
function withLock(work) {
  const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const lock = join(tmpdir(), `bot-core-npm-ci-${name}`);
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  for (;;) {
    try {
      linkSync(own, lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (!isAlive(Number(readFileSync(lock, "utf8")))) rmSync(lock, { force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
    rmSync(own, { force: true });
  }
}

function installPackages() {
  if (isInstalled()) return;
  const started = Date.now();
  console.error("  … installing the npm packages of package-lock.json");
  // Standard output belongs to the command that follows, so npm's goes to standard error.
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (npm.error !== undefined || npm.status !== 0) {
    const reason = npm.error === undefined ? `it ended with ${npm.status}` : npm.error.message;
    throw new Error(
      `\`npm ci\` failed (${reason}); mend what it says above and run the same command again`,
    );
  }
  console.error(`  ✓ npm packages installed (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

const major = Number(process.versions.node.split(".")[0]);
if (!(major >= OLDEST_NODE)) {
  fail(`Node ${process.versions.node} is too old; install Node ${OLDEST_NODE} or newer`);
}
try {
  if (!isInstalled()) withLock(installPackages);
} catch (error) {
  fail(error.message);
}
const require = createRequire(import.meta.url);
const tsx = await import(pathToFileURL(require.resolve("tsx/cjs/api")).href);
tsx.register();
require("./main.ts");
