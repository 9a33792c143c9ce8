import {
  attachedFindings,
  type Fixable,
  planRebuild,
  type Project,
  type Rebuild,
  reportedFindings,
  writeFiles,
} from "../../../lib/bases";
import { loadCompose, type LoadOptions } from "../../../lib/compose";
import { resolveCredentials } from "../../../lib/credentials";
import { findingsError, messageOf, UserError } from "../../../lib/errors";
import { isLoopback, type RegistryClient } from "../../../lib/oci";
import { registryClient } from "../../../lib/registries/refusals";
import { composeOptions } from "../../../lib/settings/composeOptions";
import { repositoryPath } from "../../../lib/settings/registry";
import type { Settings } from "../../../lib/settings/settings";
import type { Command, Invocation } from "../../command";
import { projectFolder, readSettings } from "../../stack";
import { wrap } from "../../terminal";
import { rebuildNotes, rebuildOutcome, type ServiceFindings } from "./rebuildOutcome";

/** A registry that is away is told sooner than where a release hangs on it. */
const CLIENT = { retries: 1, timeoutMs: 15_000 };
const NOTE_WIDTH = 80;

/** `bot-core images rebuild`: moves pinned bases to what their tags stand for today. */
export const rebuild: Command = {
  summary: "refresh the digests of base images; prints the change as a patch",
  description:
    "Asks the registries of all pinned bases (`name:tag@sha256:…`, in Dockerfiles and\n" +
    "in build args of Compose files) what each tag stands for today, writes the new\n" +
    "digests into the files and prints the change as a unified diff. Tags stay as\n" +
    "they are. What there is to say of a base stands on standard error. Nothing is\n" +
    "built or committed. With `--json`, `whole` is false where a base could not be\n" +
    "asked or a file not be read, `changes` is true where a base is newer, and no\n" +
    "JSON at all means that the command failed. Logins are those of `docker login`,\n" +
    "and the stack's own for its registry.",
  exitCodes: {
    good: "the bases are those of today, or have just been written",
    fault: "a base could not be asked, the others are written; `--check`: something changes",
  },
  options: {
    check: { text: "write nothing; exit code 1 where something would change" },
    pin: { text: "also give a digest to bases that have none" },
    compose: { value: "A,B", text: "Compose files, instead of a stack; asks for no findings" },
  },
  run: async (invocation) => {
    const { options, progress, signal } = invocation;
    const opened = await open(invocation);
    const plan = await planRebuild(opened.project, {
      pin: options["pin"] === true,
      clientOf: (server) => clientOf(server, opened.settings, signal),
      onAsk: (image) => {
        progress.show(`asking for ${image}`);
      },
    });
    const findings = await findingsOf(plan, opened, signal);
    const check = options["check"] === true;
    signal.throwIfAborted();
    if (!check) await writeFiles(plan.files);
    progress.clear();
    for (const note of rebuildNotes(plan, findings)) {
      process.stderr.write(`${wrap(note, NOTE_WIDTH).join("\n")}\n`);
    }
    return rebuildOutcome(plan, findings, check);
  },
};

interface Opened {
  readonly project: Project;
  /** Absent with `--compose`. */
  readonly settings?: Settings;
}

async function open(invocation: Invocation): Promise<Opened> {
  const { options, folder, progress } = invocation;
  if (typeof options["compose"] === "string") {
    const files = options["compose"].split(",").map((name) => name.trim());
    const variables = { DOCKER_REGISTRY: "bot-core", VERSION: "latest", GIT_SHA: "" };
    const compose = { projectDirectory: folder, files, variables, envFiles: [], remoteHost: false };
    return { project: await projectOf(compose) };
  }
  progress.show("reading the stack's configuration");
  const settings = await readSettings(invocation);
  return { settings, project: await projectOf(composeOptions(settings, projectFolder(folder))) };
}

/** Config `services` does not count: a release of some has no say in the bases of the others. */
async function projectOf(options: LoadOptions): Promise<Project> {
  const { projectDirectory, files, variables, envFiles, remoteHost } = options;
  const whole = { projectDirectory, files, variables, envFiles, remoteHost };
  const { builds, findings } = await loadCompose(whole);
  if (findings.errors.length > 0 && Object.keys(builds).length === 0) {
    throw findingsError("the Compose files cannot be read", findings.errors, "compose-invalid");
  }
  return { directory: projectDirectory, composeFiles: files, builds: Object.values(builds) };
}

async function clientOf(
  server: string,
  settings: Settings | undefined,
  signal: AbortSignal,
): Promise<RegistryClient> {
  const own = settings?.registry;
  const isOwn = own?.endpoint.server === server;
  const source = isOwn ? own.lookUp : ({ kind: "docker" } as const);
  const endpoint = isOwn ? own.endpoint : { server, insecure: isLoopback(server) };
  const credentials = await resolveCredentials(source, server);
  return registryClient(endpoint, credentials, { ...CLIENT, signal });
}

/** What the scans of the deployed version found in the services whose bases move. */
async function findingsOf(
  { bases }: Rebuild,
  { settings, project }: Opened,
  signal: AbortSignal,
): Promise<ServiceFindings> {
  if (settings === undefined) return new Map();
  const moved = bases.filter(({ outcome }) => outcome.kind === "moved");
  const services = [...new Set(moved.flatMap((base) => base.services))].sort();
  const { registry, release } = settings;
  const one = async (service: string): Promise<Fixable | undefined> => {
    const client = await clientOf(registry.endpoint.server, settings, signal);
    const repository = repositoryPath(registry, service);
    return (
      (await attachedFindings(client, repository, release.version)) ??
      reportedFindings(project.directory, service, release.version)
    );
  };
  // Findings say how much it matters; without them the bases are as old as they are.
  const found = services.map(async (service) => {
    const answer = await one(service).catch((error: unknown) => {
      if (error instanceof UserError) return messageOf(error);
      throw error;
    });
    return [service, answer] as const;
  });
  return new Map(await Promise.all(found));
}
