import { existsSync, readFileSync } from "node:fs";
import { OCI_INDEX, RegistryClient, canonicalJson, digestOf } from "../../lib/oci";
import { run } from "../../lib/process/run";
import { putStamp, readStamp, writeWhole } from "../cache";
import { PUSH_USER, REGISTRY_SERVER, pushPassword } from "../localRegistry";
import { cached } from "../paths";
import { step } from "../steps";
import { ensureLocalImage } from "./localImage";
import { DOCKER, docker, recipeOf } from "./makeImage";
import { ARCHITECTURES } from "./recipes";
import type { Architecture, ImageRecipe } from "./recipes";

/** The base image as Dockerfiles name it: an index of the platforms that were made. */
export function mirrorName({ name, tag }: Pick<ImageRecipe, "name" | "tag">): string {
  return `${REGISTRY_SERVER}/mirror/${name}:${tag}`;
}

/** Puts one platform of a base image into the dev registry, where it is missing or other. */
export async function ensureBaseImage(
  recipe: ImageRecipe,
  architecture: Architecture,
): Promise<void> {
  const digest = isPublished(recipe, architecture) ? publishedDigest(recipe, architecture) : "";
  if (digest === "" || !(await isInRegistry(recipe, digest))) {
    const local = await ensureLocalImage(recipe, architecture);
    const title = `pushing the base image ${recipe.name}:${recipe.tag} for linux/${architecture}`;
    const newDigest = await step(title, () => push(local, recipe, architecture));
    putStamp(stampOf(recipe, architecture), `${recipeOf(recipe, architecture)} ${newDigest}`);
  }
  await putIndex(recipe);
}

/** Whether this recipe's image was pushed once; the registry's volume may be gone since. */
export function isPublished(recipe: ImageRecipe, architecture: Architecture): boolean {
  const [made] = readStamp(stampOf(recipe, architecture)).split(" ");
  return made === recipeOf(recipe, architecture);
}

function publishedDigest(recipe: ImageRecipe, architecture: Architecture): string {
  return readStamp(stampOf(recipe, architecture)).split(" ")[1] ?? "";
}

function stampOf({ name }: ImageRecipe, architecture: Architecture): string {
  return `base-image-${name}-${architecture}`;
}

async function isInRegistry(recipe: ImageRecipe, digest: string): Promise<boolean> {
  return (await client().headManifest(`mirror/${recipe.name}`, digest)) !== undefined;
}

async function push(
  local: string,
  recipe: ImageRecipe,
  architecture: Architecture,
): Promise<string> {
  const remote = `${mirrorName(recipe)}-${architecture}`;
  await docker(["tag", local, remote]);
  await docker(["push", "-q", remote], await loginEnvironment());
  await docker(["rmi", remote]);
  const head = await client().headManifest(
    `mirror/${recipe.name}`,
    `${recipe.tag}-${architecture}`,
  );
  return head?.digest ?? "";
}

/** The tag that Dockerfiles name, over all platforms that this recipe's stamps vouch for. */
async function putIndex(recipe: ImageRecipe): Promise<void> {
  const repository = `mirror/${recipe.name}`;
  const registry = client();
  const manifests: Record<string, unknown>[] = [];
  for (const architecture of ARCHITECTURES) {
    const head = await registry.headManifest(repository, `${recipe.tag}-${architecture}`);
    if (head === undefined) continue;
    const { mediaType, digest, size } = head;
    manifests.push({ mediaType, digest, size, platform: { architecture, os: "linux" } });
  }
  const index = Buffer.from(canonicalJson({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  const current = await registry.headManifest(repository, recipe.tag);
  if (current?.digest === digestOf(index)) return;
  await registry.putManifest(repository, recipe.tag, index, OCI_INDEX);
}

function client(): RegistryClient {
  return new RegistryClient(
    { server: REGISTRY_SERVER, insecure: true },
    { username: PUSH_USER, password: pushPassword() },
  );
}

/** A docker configuration of our own for the push: the user's own logins stay as they are. */
async function loginEnvironment(): Promise<Record<string, string>> {
  const directory = cached("secrets", "docker-config");
  const auth = Buffer.from(`${PUSH_USER}:${pushPassword()}`).toString("base64");
  const config = JSON.stringify({ auths: { [REGISTRY_SERVER]: { auth } } });
  const file = `${directory}/config.json`;
  const OWNER_ONLY = 0o600;
  if (!existsSync(file) || readFileSync(file, "utf8") !== config) {
    writeWhole(file, config, OWNER_ONLY);
  }
  // The user's docker context lives in the configuration that is replaced.
  const context = await run(DOCKER, ["context", "inspect", "-f", "{{.Endpoints.docker.Host}}"]);
  const host = context.code === 0 ? context.stdout.trim() : "";
  return { DOCKER_CONFIG: directory, ...(host === "" ? {} : { DOCKER_HOST: host }) };
}
