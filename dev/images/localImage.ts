import { putStamp, readStamp } from "../cache";
import { step } from "../steps";
import { docker, makeImage, recipeOf } from "./makeImage";
import type { Architecture, ImageRecipe } from "./recipes";

/** Puts an image into the daemon, where it is missing or other, and returns its name there. */
export async function ensureLocalImage(
  recipe: ImageRecipe,
  architecture: Architecture,
): Promise<string> {
  const reference = `bot-core-dev/${recipe.name}:${recipe.tag}-${architecture}`;
  const stamp = `local-image-${recipe.name}-${architecture}`;
  const made = `${recipeOf(recipe, architecture)} ${await idOf(reference)}`;
  if (readStamp(stamp) === made) return reference;
  const title = `making the base image ${recipe.name}:${recipe.tag} for linux/${architecture}`;
  await step(title, (report) => makeImage(recipe, architecture, reference, report));
  putStamp(stamp, `${recipeOf(recipe, architecture)} ${await idOf(reference)}`);
  return reference;
}

function idOf(reference: string): Promise<string> {
  return docker(["image", "inspect", "-f", "{{.Id}}", reference]).catch(() => "none");
}
