import { z } from "zod";
import type { RegistryClient } from "../oci/registryClient";

/** A step of an image's last stage that made a layer; one that sets a property is no work. */
export interface ImageStep {
  /** The command and when it was done; two builds share it only where one took it from the other. */
  readonly made: string;
  /** Digest of the layer. */
  readonly layer: string;
}

/** The steps of an image, and when the last one of them was done. */
export interface ImageSteps {
  readonly steps: readonly ImageStep[];
  /** Milliseconds since the epoch; absent where the configuration does not say. */
  readonly created?: number;
}

const Config = z.object({
  created: z.string().optional(),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
  history: z
    .array(
      z.object({
        created: z.string().optional(),
        created_by: z.string().optional(),
        empty_layer: z.boolean().optional(),
      }),
    )
    .default([]),
});
const Manifest = z.object({ config: z.object({ digest: z.string() }) });

/**
 * Reads the steps of one platform's image.
 * @returns undefined: it is not in the registry, or tells nothing of its steps
 */
export async function readSteps(
  client: Pick<RegistryClient, "getManifest" | "getBlob">,
  repository: string,
  digest: string,
): Promise<ImageSteps | undefined> {
  const manifest = await client.getManifest(repository, digest);
  const parsed = Manifest.safeParse(jsonOf(manifest?.bytes));
  if (!parsed.success) return undefined;
  const blob = await client.getBlob(repository, parsed.data.config.digest);
  const config = Config.safeParse(jsonOf(blob));
  return config.success ? stepsOf(config.data) : undefined;
}

function stepsOf({ created, rootfs, history }: z.infer<typeof Config>): ImageSteps {
  const layers = rootfs.diff_ids;
  const steps = history
    .filter(({ empty_layer: empty }) => empty !== true)
    .flatMap(({ created: at = "", created_by: by = "" }, place): ImageStep[] => {
      const layer = layers[place];
      return layer === undefined ? [] : [{ made: `${at} ${by}`, layer }];
    });
  const time = created === undefined ? NaN : Date.parse(created);
  return { steps, ...(Number.isNaN(time) ? {} : { created: time }) };
}

/** How many of an image's steps, from the first on, are those of another one. */
export function sharedSteps(image: ImageSteps, cache: ImageSteps): number {
  const differs = image.steps.findIndex(({ made, layer }, at) => {
    const other = cache.steps[at];
    return other?.made !== made || other.layer !== layer;
  });
  return differs < 0 ? image.steps.length : differs;
}

function jsonOf(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString("utf8")) as unknown);
  } catch {
    return undefined;
  }
}
