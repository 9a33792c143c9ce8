import type Docker from "dockerode";
import {
  expiredRecords,
  ignoreMissing,
  removeRecord,
  type GenerationRecord,
} from "../state/records";

/** Local repository of the tags that keep a release's images. */
function keepRepository(project: string, service: string): string {
  return `bot-core-keep/${project}-${service}`.toLowerCase();
}

/** Docker's prune takes an image that only a digest names for dangling; a local tag keeps it. */
export async function keepTag(
  docker: Docker,
  project: string,
  service: string,
  generation: number,
  image: string,
): Promise<void> {
  if (image === "") return;
  await docker
    .getImage(image)
    .tag({ repo: keepRepository(project, service), tag: `g${generation}` })
    .catch(ignoreMissing);
}

/**
 * Removes records beyond the newest `keep`, their tags, and the images that no kept record names. An
 * image that a container uses stays: Docker refuses, and that is right.
 * @param needed images of the release that is to come: going back to an expired one needs no pull
 */
export async function pruneReleases(
  docker: Docker,
  project: string,
  records: readonly GenerationRecord[],
  keep: number,
  needed: readonly string[],
): Promise<void> {
  const expired = expiredRecords(records, keep);
  await forgetReleases(docker, project, records, expired, needed);
}

/** Removes some of the records, their tags, and the images that nothing else needs. */
export async function forgetReleases(
  docker: Docker,
  project: string,
  records: readonly GenerationRecord[],
  expired: readonly GenerationRecord[],
  needed: readonly string[],
): Promise<void> {
  const kept = records.filter((record) => !expired.includes(record));
  const named = kept.flatMap(({ services }) => Object.values(services).map(({ image }) => image));
  const wanted = new Set([...named, ...needed]);
  for (const { generation, services } of expired) {
    for (const [service, recorded] of Object.entries(services)) {
      await removeImage(docker, `${keepRepository(project, service)}:g${generation}`);
      if (!wanted.has(recorded.image)) await removeImage(docker, recorded.image);
    }
    await removeRecord(docker, project, generation);
  }
}

async function removeImage(docker: Docker, reference: string): Promise<void> {
  if (reference === "") return;
  try {
    await docker.getImage(reference).remove({ force: false, noprune: false });
  } catch (error) {
    // 409: in use by a container or another tag.
    if ((error as { statusCode?: number }).statusCode !== 409) ignoreMissing(error);
  }
}
