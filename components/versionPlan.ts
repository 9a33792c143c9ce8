import * as pulumi from "@pulumi/pulumi";
import type { BuildSpec } from "../lib/compose/model";
import { resolveCredentials } from "../lib/credentials";
import { messageOf, UserError } from "../lib/errors";
import { readSource } from "../lib/git";
import { buildTag, type StagedContext } from "../lib/images";
import { isNamed } from "../lib/registries/named";
import { withCaches } from "../lib/release/buildCache";
import { refuseMoved } from "../lib/release/moved";
import { planRelease, publishes, type ReleaseInquiry, type ServicePlan } from "../lib/release/plan";
import { parseRecord, previousVersionOf, type ReleaseRecord } from "../lib/release/record";
import type { SourceFacts } from "../lib/resources/imageIndex";
import type { Settings } from "../lib/settings/settings";
import type { RegistryPlace } from "./registry/contract";
import type { StagedBuild } from "./serviceImage";
import {
  inputsReader,
  inquireVersion,
  NOTHING_PUBLISHED,
  publishedSources,
} from "./versionInquiry";

/** Everything about a version that shapes the resource graph; known before any resource is declared. */
export interface VersionPlan {
  readonly version: string;
  readonly previousVersion?: string;
  readonly services: readonly ServicePlan[];
  readonly source: SourceFacts;
  /** Staged build contexts by service; a service that is only deployed may have none. */
  readonly staged: Readonly<Record<string, StagedBuild>>;
  /** Build tags of this stack's last release, by service. */
  readonly recordedTags: Readonly<Record<string, readonly string[]>>;
  /** `server/path` of every repository that this stack's last update declared. */
  readonly recordedRepositories: readonly string[];
  /** false: the registry's server is yet to be made by this run. */
  readonly serverIsThere: boolean;
  /** true: this run puts or moves tags; false: whatever is declared stands in the registry already. */
  readonly publishes: boolean;
  /** The services whose tags it puts or moves. */
  readonly publishing: readonly string[];
}

/**
 * Asks the registry, the checkout and this stack's own record, and decides what is declared.
 * It is awaited before the first resource: what is declared must never hang on an output.
 * @param builds the services of ours that this run deploys
 * @throws UserError where the version can neither be deployed nor published
 */
export async function planVersion(
  settings: Settings,
  registry: RegistryPlace,
  builds: Readonly<Record<string, BuildSpec>>,
): Promise<VersionPlan> {
  const { version } = settings.release;
  const contexts = new Map<string, StagedContext>();
  const [record, serverIsThere, source] = await Promise.all([
    readRecord(),
    registry.makesServer ? isNamed(registry.endpoint.server) : true,
    sourceOf(builds),
  ]);
  keepHost(settings, record);
  const published = serverIsThere ? await publishedSources(registry) : NOTHING_PUBLISHED;
  const sources = { ...published, readInputs: inputsReader(settings, builds, contexts) };
  const inquiry = await inquireVersion(settings, registry, Object.keys(builds), source, sources);
  refuseMoved(inquiry, record, (service) => registry.imageName(service));
  const planned = planRelease(inquiry, record);
  const previousVersion = previousVersionOf(record, version);
  const caches = { server: registry.endpoint.server, version, previousVersion, warn: noteNoCache };
  const services = usesCache(settings)
    ? await withCaches(planned, record, published, caches)
    : planned;
  const publishing = settings.build.push ? publishingOf(inquiry, services) : [];
  const plan: VersionPlan = {
    version,
    ...(previousVersion === undefined ? {} : { previousVersion }),
    services,
    source,
    staged: stagedBuilds(builds, contexts),
    recordedTags: recordedTags(record),
    recordedRepositories: record?.repositories ?? [],
    serverIsThere,
    publishes: publishing.length > 0,
    publishing,
  };
  if (settings.build.push && serverIsThere && buildsOf(plan).length > 0) await proveLogin(registry);
  return plan;
}

function sourceOf(builds: Readonly<Record<string, BuildSpec>>): Promise<SourceFacts> {
  return readSource({
    projectDirectory: process.cwd(),
    paths: Object.values(builds).flatMap(({ context, dockerfile }) => [context, dockerfile]),
    env: process.env,
  });
}

/** The services of which a run with these plans puts or moves a tag. */
function publishingOf(inquiry: ReleaseInquiry, plans: readonly ServicePlan[]): string[] {
  return inquiry.services.flatMap((asked, at) => {
    const alone = { ...inquiry, services: [asked] };
    return publishes(alone, plans.slice(at, at + 1)) ? [asked.service] : [];
  });
}

/** What is not pushed has no cache in the registry, and needs none from there. */
function usesCache({ build }: Settings): boolean {
  return build.cache === "inline" && build.push;
}

function noteNoCache(error: unknown): void {
  void pulumi.log.info(`no build cache: ${messageOf(error)}`);
}

/** A missing login is told here, by its message; a promise that fails later is shown with its stack. */
async function proveLogin({ account, endpoint }: RegistryPlace): Promise<void> {
  await resolveCredentials(account.push, endpoint.server);
}

/** The stack's outputs of its last successful update, by a reference to itself; none on the first run. */
async function readRecord(): Promise<ReleaseRecord | undefined> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const self = new pulumi.StackReference(name);
  const [release, previousVersion, host, registry] = await Promise.all(
    ["release", "previousVersion", "host", "registry"].map((output) =>
      self.getOutputDetails(output),
    ),
  );
  return parseRecord({
    release: release?.value,
    previousVersion: previousVersion?.value,
    host: host?.value,
    registry: registry?.value,
  });
}

/** A host that is no longer declared is taken down: a run that only builds must not do that. */
function keepHost({ build }: Settings, record: ReleaseRecord | undefined): void {
  if (record?.hasHost !== true || (build.push && build.index)) return;
  const key = build.push ? "index" : "push";
  throw new UserError(
    `\`bot-core:${key}\` is \`false\`, and this stack runs a host, which would be stopped: ` +
      `build in a stack of its own, or \`pulumi config rm bot-core:${key}\``,
    "host-would-stop",
  );
}

function stagedBuilds(
  builds: Readonly<Record<string, BuildSpec>>,
  contexts: ReadonlyMap<string, StagedContext>,
): Record<string, StagedBuild> {
  const staged = [...contexts].map(([service, { context, dockerfile }]) => {
    const spec = builds[service];
    return [
      service,
      {
        context,
        dockerfile,
        args: spec?.args ?? {},
        ...(spec?.target === undefined ? {} : { target: spec.target }),
        ...(spec?.network === undefined ? {} : { network: spec.network }),
      },
    ] as const;
  });
  return Object.fromEntries(staged);
}

function recordedTags(record: ReleaseRecord | undefined): Record<string, readonly string[]> {
  const tags = Object.entries(record?.services ?? {}).map(
    ([service, { platforms }]) =>
      [
        service,
        Object.entries(platforms).flatMap(([platform, { inputs }]) =>
          inputs === undefined ? [] : [buildTag(inputs, platform)],
        ),
      ] as const,
  );
  return Object.fromEntries(tags);
}

/** Input digests (hex) of all images that this run declares to be built. */
export function buildsOf(plan: VersionPlan): string[] {
  return plan.services.flatMap((service) =>
    service.kind === "publish"
      ? service.images.flatMap((image) => (image.kind === "build" ? [image.inputs] : []))
      : [],
  );
}
