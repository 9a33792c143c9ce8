import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { planRebuild, type Project, type Rebuild } from "../../../../lib/bases";

export const OLD = `sha256:${"a".repeat(64)}`;
export const NEW = `sha256:${"b".repeat(64)}`;

/** A project of one service `web` in `web/`, unless more are named. */
export async function projectWith(
  files: Readonly<Record<string, string>>,
  services: Readonly<Record<string, Readonly<Record<string, string>>>> = { web: {} },
): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), "bases-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return {
    directory,
    composeFiles: Object.keys(files).filter((name) => name.endsWith(".yml")),
    builds: Object.entries(services).map(([service, args]) => ({
      service,
      context: service,
      dockerfile: `${service}/Dockerfile`,
      args,
    })),
  };
}

/**
 * Plans with registries that have these tags; `Error` for one that is away.
 * @param tags digest by `server/path:tag`; default: every tag stands for `NEW`
 */
export function plan(
  project: Project,
  { pin = false, tags }: { pin?: boolean; tags?: Readonly<Record<string, string | Error>> } = {},
): Promise<Rebuild & { readonly asked?: never }> {
  return planRebuild(project, {
    pin,
    clientOf: (server) =>
      Promise.resolve({
        headManifest: (repository: string, tag: string) => {
          const found = tags === undefined ? NEW : tags[`${server}/${repository}:${tag}`];
          if (found instanceof Error) return Promise.reject(found);
          const head = { digest: found ?? "", mediaType: "", size: 1 };
          return Promise.resolve(found === undefined ? undefined : head);
        },
      }),
  });
}

/** What each base has become, as `AT REFERENCE KIND`. */
export function outcomes({ bases }: Rebuild): string[] {
  return bases.map(({ at, reference, outcome }) => {
    const why =
      "reason" in outcome
        ? ` ${outcome.reason}`
        : "message" in outcome
          ? ` ${outcome.message}`
          : "";
    return `${at} ${reference.replaceAll(OLD, "OLD").replaceAll(NEW, "NEW")} ${outcome.kind}${why}`;
  });
}

/** The files as they would be. */
export function after({ files }: Rebuild): Record<string, string> {
  return Object.fromEntries(files.map(({ name, after: text }) => [name, text]));
}

export function read(project: Project, name: string): Promise<string> {
  return readFile(join(project.directory, name), "utf8");
}
