import type Docker from "dockerode";
import { LABEL, recordName } from "../labels";

/** One release as it was recorded when it was complete. */
export interface GenerationRecord {
  readonly generation: number;
  readonly version: string;
  readonly revision?: string;
  /** The version before it, if another. */
  readonly previousVersion?: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** `user@machine` that deployed. */
  readonly who: string;
  readonly services: Readonly<Record<string, RecordedService>>;
}

export interface RecordedService {
  readonly version: string;
  readonly digest: string;
  readonly spec: string;
  readonly configuration: string;
  readonly image: string;
}

/** The records on a host, oldest first. Unreadable ones are left out. */
export async function readRecords(
  docker: Docker,
  project: string,
): Promise<readonly GenerationRecord[]> {
  const found = await docker.listContainers({
    all: true,
    filters: { label: [`${LABEL.project}=${project}`, `${LABEL.role}=record`] },
  });
  return found
    .map(({ Labels }) => parseRecord(Labels[LABEL.record]))
    .filter((record) => record !== undefined)
    .sort((a, b) => a.generation - b.generation);
}

function parseRecord(text: string | undefined): GenerationRecord | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    // Our own label under our own project label: nobody else writes it.
    return typeof value === "object" && value !== null ? (value as GenerationRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a record: a created, never started container, so that no file of ours is on the host. */
export async function writeRecord(
  docker: Docker,
  project: string,
  image: string,
  record: GenerationRecord,
): Promise<void> {
  await docker.createContainer({
    name: recordName(project, record.generation),
    Image: image,
    Cmd: ["true"],
    Labels: {
      [LABEL.project]: project,
      [LABEL.role]: "record",
      [LABEL.generation]: String(record.generation),
      [LABEL.version]: record.version,
      [LABEL.record]: JSON.stringify(record),
    },
    HostConfig: { NetworkMode: "none" },
  });
}

/** The generations beyond the newest `keep`, which may go. */
export function expiredRecords(
  records: readonly GenerationRecord[],
  keep: number,
): readonly GenerationRecord[] {
  return records.slice(0, Math.max(0, records.length - Math.max(1, keep)));
}

export async function removeRecord(
  docker: Docker,
  project: string,
  generation: number,
): Promise<void> {
  await docker
    .getContainer(recordName(project, generation))
    .remove({ force: true })
    .catch(ignoreMissing);
}

/** Docker's 404 is an answer: what was to go is gone. */
export function ignoreMissing(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 404) throw error;
}

/** The version to go back to: the last record of another version. */
export function previousVersion(
  records: readonly GenerationRecord[],
  version: string,
): string | undefined {
  return records.findLast((record) => record.version !== version)?.version;
}
