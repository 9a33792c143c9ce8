import { run } from "../../lib/process/run";
import { putStamp, readStamp } from "../cache";
import { step } from "../steps";
import { DOCKER, imageId, makeImage, recipeOf } from "./makeImage";
import type { Architecture, ImageRecipe } from "./recipes";

/** Puts an image into the daemon, where it is missing or other, and returns its name there. */
export async function ensureLocalImage(
  recipe: ImageRecipe,
  architecture: Architecture,
): Promise<string> {
  const reference = `bot-core-dev/${recipe.name}:${recipe.tag}-${architecture}`;
  const stamp = `local-image-${recipe.name}-${architecture}`;
  const before = await imageId(reference);
  const wanted = recipeOf(recipe, architecture);
  if (before !== undefined && readStamp(stamp) === `${wanted} ${before}`) return reference;
  const title = `making the base image ${recipe.name}:${recipe.tag} for linux/${architecture}`;
  await step(title, (report) => makeImage(recipe, architecture, reference, report));
  const after = await imageId(reference);
  putStamp(stamp, `${wanted} ${after ?? ""}`);
  // The daemon refuses where a container still uses it; that one is made anew soon.
  if (before !== undefined && before !== after) await run(DOCKER, ["rmi", before]);
  return reference;
}
