import type Docker from "dockerode";
import type { ImageHealth } from "../../compose/facts";
import type { ObservedImage } from "./observed";

/** Looks the references up among the images that the host has. */
export async function observeImages(
  docker: Docker,
  references: readonly string[],
): Promise<Record<string, ObservedImage>> {
  const found = await Promise.all(
    [...new Set(references)].map(async (reference) => ({
      reference,
      image: await observeImage(docker, reference),
    })),
  );
  const images: Record<string, ObservedImage> = {};
  for (const { reference, image } of found) if (image !== undefined) images[reference] = image;
  return images;
}

/** One image of the host; undefined where it is not there. */
export async function observeImage(
  docker: Docker,
  reference: string,
): Promise<ObservedImage | undefined> {
  try {
    const info = await docker.getImage(reference).inspect();
    // Docker's types say that Config is always there; for an imported image it may be null.
    const config = info.Config as ImageConfig | null;
    const health = healthOf(config?.Healthcheck);
    const repository = repositoryOf(reference);
    // An image that was only built or imported here has no list.
    const known = (info.RepoDigests as string[] | null) ?? [];
    const asked = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
    const listed = known.find((name) => name.startsWith(`${repository}@`)) ?? known[0];
    const pinned = asked === undefined ? listed : reference;
    return {
      id: info.Id,
      exposed: Object.keys(config?.ExposedPorts ?? {})
        .filter((port) => port.endsWith("/tcp"))
        .map((port) => parseInt(port, 10)),
      ...(health === undefined ? {} : { health }),
      digest: asked ?? pinned?.split("@")[1] ?? info.Id,
      pinned: pinned ?? info.Id,
    };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

interface ImageConfig {
  readonly ExposedPorts?: Readonly<Record<string, object>> | null;
  readonly Healthcheck?: DockerHealth | null;
}

/** Docker's health check: times in nanoseconds, 0 for its own default. */
interface DockerHealth {
  readonly Test?: readonly string[] | null;
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
}

const NANOSECONDS = 1e9;

function healthOf(check: DockerHealth | null | undefined): ImageHealth | undefined {
  const test = check?.Test?.[0];
  if (check === null || check === undefined || test === undefined || test === "NONE") {
    return undefined;
  }
  return {
    intervalSeconds: (check.Interval ?? 0) / NANOSECONDS,
    timeoutSeconds: (check.Timeout ?? 0) / NANOSECONDS,
    startPeriodSeconds: (check.StartPeriod ?? 0) / NANOSECONDS,
    retries: check.Retries ?? 0,
  };
}

/** `server/path` of a reference, without tag and digest. */
export function repositoryOf(reference: string): string {
  return reference.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}

/** The server of a reference; `docker.io` where it names none. */
export function serverOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return named ? first : "docker.io";
}
