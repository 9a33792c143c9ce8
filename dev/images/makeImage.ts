import { dirname, join } from "node:path";
import { UserError } from "../../lib/errors";
import { run } from "../../lib/process/run";
import { fingerprint, inTemporaryDirectory } from "../cache";
import { SUITE, installPackages, requireDebianRoot, suiteSources } from "../debian";
import { CACHE_BIN, DEV_LABEL } from "../paths";
import type { Report } from "../steps";
import type { Architecture, ImageRecipe } from "./recipes";

/** Runs the docker client that was chosen. */
export const DOCKER = join(CACHE_BIN, "docker");
const PULL_TIMEOUT_MS = 600_000;

/** The name of a recipe as it stands now, for stamps and labels. */
export function recipeOf(recipe: ImageRecipe, architecture: Architecture): string {
  const { variant, packages, hooks, changes } = recipe.debian;
  const parts = [variant, ...packages(architecture), ...hooks, ...changes];
  return fingerprint(recipe.publicImage, architecture, HOOK[variant], ...parts);
}

/**
 * Puts an image into the daemon under `reference`: the public one, else one made from Debian's
 * packages.
 * @throws UserError `no-debian`, `no-root`, `base-image-failed`
 */
export async function makeImage(
  recipe: ImageRecipe,
  architecture: Architecture,
  reference: string,
  report: Report,
): Promise<void> {
  if (await pull(recipe.publicImage, architecture, reference)) return;
  await fromDebian(recipe, architecture, reference, report);
}

/** Asked once a run: where the first public image cannot be had, the others cannot either. */
let publicImages: boolean | undefined;

async function pull(
  image: string,
  architecture: Architecture,
  reference: string,
): Promise<boolean> {
  if (publicImages === false) return false;
  const before = await imageId(image);
  const pulled = await run(DOCKER, ["pull", "-q", "--platform", `linux/${architecture}`, image], {
    timeoutMs: PULL_TIMEOUT_MS,
  }).catch(() => undefined);
  publicImages = pulled?.code === 0;
  if (!publicImages) return false;
  await docker(["tag", image, reference]);
  // The user's own tag must not come to mean another platform.
  await docker(before === undefined ? ["rmi", image] : ["tag", before, image]);
  return true;
}

/** The id by which the daemon knows an image; undefined where it does not. */
export async function imageId(reference: string): Promise<string | undefined> {
  const asked = await run(DOCKER, ["image", "inspect", "-f", "{{.Id}}", reference]);
  return asked.code === 0 ? asked.stdout.trim() : undefined;
}

async function fromDebian(
  recipe: ImageRecipe,
  architecture: Architecture,
  reference: string,
  report: Report,
): Promise<void> {
  requireDebianRoot(
    `the public image ${recipe.publicImage} cannot be pulled`,
    "let the Docker daemon reach a registry that has it",
  );
  await requireMmdebstrap(report);
  await inTemporaryDirectory(async (directory) => {
    const tar = join(directory, "root.tar");
    await mmdebstrap(recipe, architecture, tar, report);
    const changes = [
      ...recipe.debian.changes,
      `LABEL ${DEV_LABEL}=${recipeOf(recipe, architecture)}`,
      ...CERTIFICATE_VARIABLES.map((name) => `ENV ${name}=${IMAGE_BUNDLE}`),
    ].flatMap((change) => ["--change", change]);
    await docker(["import", "--platform", `linux/${architecture}`, ...changes, tar, reference]);
  });
}

/** Where Debian, and so the image, keeps the bundle. */
const IMAGE_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
/** By these OpenSSL, pip, requests, Node and cargo find it. */
const CERTIFICATE_VARIABLES = [
  "SSL_CERT_FILE",
  "PIP_CERT",
  "REQUESTS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "CARGO_HTTP_CAINFO",
];

/** The last step of each variant at which mmdebstrap runs hooks. */
const HOOK = { minbase: "customize-hook", extract: "extract-hook" } as const;

async function mmdebstrap(
  recipe: ImageRecipe,
  architecture: Architecture,
  tar: string,
  report: Report,
): Promise<void> {
  const { variant, packages, hooks } = recipe.debian;
  const included = packages(architecture);
  const foreign = included.flatMap((name) => /:([a-z0-9]+)$/.exec(name)?.[1] ?? []);
  const bundle = process.env["SSL_CERT_FILE"] ?? IMAGE_BUNDLE;
  // Builds run behind the same network as this machine, so they trust what this machine trusts.
  const trust = `mkdir -p "$1/etc/ssl/certs" && cp "${bundle}" "$1${IMAGE_BUNDLE}"`;
  const done = await run(
    "mmdebstrap",
    [
      // A machine that fails meanwhile starts over, so nothing has to be safe on disk.
      ...[`--variant=${variant}`, "--mode=root", "--dpkgopt=force-unsafe-io"],
      `--architectures=${[architecture, ...new Set(foreign)].join(",")}`,
      `--include=${included.join(",")}`,
      ...[...hooks, trust].map((hook) => `--${HOOK[variant]}=${hook}`),
      ...[SUITE, tar, "-"],
    ],
    {
      input: `${suiteSources().join("\n")}\n`,
      onLine: report,
      // Beside the tar, where it is removed also after this process was killed.
      env: { TMPDIR: dirname(tar) },
    },
  );
  if (done.code === 0) return;
  const LAST_LINES = 6;
  const lines = done.stderr.trim().split("\n").slice(-LAST_LINES);
  throw new UserError(
    [`the base image ${recipe.name} could not be made from Debian's packages:`, ...lines].join(
      "\n  ",
    ),
    "base-image-failed",
  );
}

async function requireMmdebstrap(report: Report): Promise<void> {
  const found = await run("mmdebstrap", ["--version"]).catch(() => undefined);
  if (found === undefined) await installPackages(["mmdebstrap"], report);
}

/**
 * Runs docker and returns what it printed.
 * @throws UserError `docker-failed` with docker's own words
 */
export async function docker(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const done = await run(DOCKER, args, { env });
  if (done.code === 0) return done.stdout.trim();
  throw new UserError(
    `\`docker ${args[0] ?? ""}\` failed: ${done.stderr.trim() || done.stdout.trim()}`,
    "docker-failed",
  );
}
