"use strict";
/**
 * Every command of the CLI starts the program and the plugin anew, twice for an update. As one file
 * each is up in a third of the time that its TypeScript sources take, so it is bundled once and again
 * after any change of a source.
 */
const { createHash } = require("node:crypto");
const {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require("node:fs");
const { dirname, join, resolve } = require("node:path");

const ROOT = dirname(__dirname);
/** Files whose change may change what is bundled from node_modules. */
const ALSO = ["package-lock.json", "tsconfig.json", "runtime/bundle.cjs"];
/**
 * dockerode reads files beside its own; natives cannot be bundled; the clouds' SDKs are loaded only
 * where they are used.
 */
const EXTERNAL = [
  "dockerode",
  "*.node",
  "@aws-sdk/*",
  "@azure/identity",
  "esbuild",
  "google-auth-library",
];
const KEEP_MS = 3_600_000;

/** Folder for bundles. */
const CACHE = join(ROOT, "node_modules", ".cache", "botcore");

/**
 * The bundled form of a TypeScript entry point, made where it is missing or older than a source;
 * undefined where it cannot be made, e.g. in a read-only checkout.
 * @param {string} entry
 * @param {{ cache?: string, external?: string[] }} [options] `external`: packages that are not
 *   bundled, beside those that never are
 */
function bundleOf(entry, { cache = CACHE, external = [] } = {}) {
  const record = join(cache, `${hash(entry)}.json`);
  try {
    return fresh(record) ?? make(entry, cache, record, [...EXTERNAL, ...external]);
  } catch {
    return undefined;
  }
}

/**
 * The text of that bundle; made for this process alone where it cannot be kept.
 * @param {string} entry
 * @param {{ external?: string[] }} options
 * @throws Error of esbuild, with file and line, where the sources cannot be bundled
 */
function bundleText(entry, { external = [] }) {
  const file = bundleOf(entry, { external });
  return file === undefined
    ? build(entry, [...EXTERNAL, ...external]).text
    : readFileSync(file, "utf8");
}

/**
 * From now on Node loads that one TypeScript file, as its bundle.
 * @param {string} entry absolute path
 * @param {{ external?: string[] }} [options]
 */
function bundleOnRequire(entry, options = {}) {
  const withoutTypeScript = require.extensions[".js"];
  require.extensions[".ts"] = (module, filename) =>
    filename === entry
      ? module._compile(bundleText(entry, options), filename)
      : withoutTypeScript(module, filename);
}

/** @param {string} record */
function fresh(record) {
  try {
    const { file, sources } = JSON.parse(readFileSync(record, "utf8"));
    statSync(file);
    const same = Object.entries(sources).every(([path, stamp]) => stampOf(path) === stamp);
    return same ? file : undefined;
  } catch {
    return undefined;
  }
}

function make(entry, cache, record, external) {
  const began = Date.now();
  const { text, inputs } = build(entry, external);
  const own = inputs.filter((path) => !path.includes("node_modules/"));
  const sources = [...own, ...ALSO];
  const file = join(cache, `${hash(text)}.cjs`);
  mkdirSync(cache, { recursive: true });
  put(file, text);
  const settled = sources.every((path) => statSync(resolve(ROOT, path)).mtimeMs < began);
  // A source that was written meanwhile may not be what was bundled: the next start looks again.
  if (settled) {
    const stamps = Object.fromEntries(sources.map((path) => [path, stampOf(path)]));
    put(record, JSON.stringify({ file, sources: stamps }));
  }
  prune(cache, file);
  return file;
}

function build(entry, external) {
  const { metafile, outputFiles } = require("esbuild").buildSync({
    entryPoints: [entry],
    absWorkingDir: ROOT,
    outdir: CACHE,
    bundle: true,
    external,
    format: "cjs",
    logLevel: "silent",
    metafile: true,
    platform: "node",
    target: "node20",
    write: false,
  });
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs) };
}

/** A process that has just started may still be about to read an older one. */
function prune(cache, current) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const old = Date.now() - statSync(path).mtimeMs > KEEP_MS;
    if (name.endsWith(".cjs") && path !== current && old) rmSync(path, { force: true });
  }
}

/** Another process may read it meanwhile: it sees the old file or the new one. */
function put(path, text) {
  const made = `${path}.${process.pid}`;
  writeFileSync(made, text);
  renameSync(made, path);
}

function stampOf(path) {
  const { mtimeMs, size } = statSync(resolve(ROOT, path));
  return `${mtimeMs} ${size}`;
}

function hash(text) {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

module.exports = { bundleOf, bundleOnRequire };
