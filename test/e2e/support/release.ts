import type { EngineEvent, OutputMap } from "@pulumi/pulumi/automation";
import type { Project } from "./project";
import { tagsOf } from "./registry";

/** Digest by `SERVICE:TAG`, for everything that a project has in the registry. */
export type Tags = Readonly<Record<string, string>>;

/** What one `pulumi up` did. */
export interface Outcome {
  readonly failed: boolean;
  /** What the user saw. */
  readonly output: string;
  /** docker.Image resources that were created or updated: each is a build and a push. */
  readonly builds: number;
  /** `SERVICE:TAG` that are new, sorted. */
  readonly put: readonly string[];
  /** `SERVICE:TAG` that stand for another digest than before, sorted. */
  readonly moved: readonly string[];
  /** `SERVICE:TAG` that are gone. */
  readonly removed: readonly string[];
  /** All tags after it. */
  readonly tags: Tags;
  /** The stack's outputs; empty where it failed. */
  readonly outputs: OutputMap;
}

/**
 * Runs `pulumi up` through the engine and tells what it built, pushed and tagged.
 * @param onEvent called for each of the engine's events while it runs
 */
export async function release(
  project: Project,
  services: readonly string[],
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<Outcome> {
  const before = await allTags(project, services);
  const events: EngineEvent[] = [];
  const ran = await up(project, (event) => {
    events.push(event);
    onEvent(event);
  });
  const tags = await allTags(project, services);
  const steps = events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []);
  const built = steps.filter(
    ({ type, op }) =>
      type === "docker:index/image:Image" && ["create", "update", "replace"].includes(op),
  );
  return {
    ...ran,
    builds: built.length,
    put: Object.keys(tags).filter((tag) => before[tag] === undefined),
    moved: Object.keys(tags).filter((tag) => ![undefined, tags[tag]].includes(before[tag])),
    removed: Object.keys(before).filter((tag) => tags[tag] === undefined),
    tags,
  };
}

async function up(
  project: Project,
  onEvent: (event: EngineEvent) => void,
): Promise<Pick<Outcome, "failed" | "output" | "outputs">> {
  try {
    const { stdout, stderr, outputs } = await project.stack.up({ color: "never", onEvent });
    return { failed: false, output: stdout + stderr, outputs };
  } catch (error) {
    return { failed: true, output: String(error), outputs: {} };
  }
}

/** What a preview would do, e.g. `{update: 1}`; `same` and reads are left out, so `{}` is no change. */
export async function planned(project: Project): Promise<Readonly<Record<string, number>>> {
  const { changeSummary } = await project.stack.preview({ color: "never" });
  return Object.fromEntries(
    Object.entries(changeSummary as Readonly<Record<string, number>>).filter(
      ([operation]) => !QUIET.has(operation),
    ),
  );
}

const QUIET: ReadonlySet<string> = new Set(["same", "read"]);

async function allTags(project: Project, services: readonly string[]): Promise<Tags> {
  const tables = await Promise.all(
    services.map(async (service) =>
      Object.entries(await tagsOf(`${project.namespace}/${service}`)).map(
        ([tag, digest]) => [`${service}:${tag}`, digest] as const,
      ),
    ),
  );
  return Object.fromEntries(tables.flat());
}
