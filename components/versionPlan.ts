import * as pulumi from "@pulumi/pulumi";
import type { BuildSpec } from "../lib/compose/model";
import { resolveCredentials } from "../lib/credentials";
import { messageOf, UserError } from "../lib/errors";
import { readSource } from "../lib/git";
import {
  buildTag,
  findBuilt,
  lookUpVersion,
  platformInputs,
  stageContext,
  type StagedContext,
} from "../lib/images";
import { isLoopback } from "../lib/oci";
import { isNamed } from "../lib/registries/named";
import { registryClient } from "../lib/registries/refusals";
import { withCaches } from "../lib/release/buildCache";
import { inquire, type Sources } from "../lib/release/inquire";
import { refuseMoved } from "../lib/release/moved";
import { planRelease, publishes, type ReleaseInquiry, type ServicePlan } from "../lib/release/plan";
import { parseRecord, previousVersionOf, type ReleaseRecord } from "../lib/release/record";
import type { SourceFacts } from "../lib/resources/imageIndex";
import type { Settings } from "../lib/settings/settings";
import { isFloatingAlias, isSemverVersion } from "../lib/tags";
import type { RegistryPlace } from "./registry/contract";
import type { StagedBuild } from "./serviceImage";

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
}

/** Where build contexts are staged; relative, because the path stands in state. */
const BUILD_DIRECTORY = ".build";

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
    readSource({
      projectDirectory: process.cwd(),
      paths: Object.values(builds).flatMap(({ context, dockerfile }) => [context, dockerfile]),
      env: process.env,
    }),
  ]);
  keepHost(settings, record);
  const published = serverIsThere ? await publishedSources(registry) : NOTHING_PUBLISHED;
  const inquiry = await inquire(
    {
      version,
      kind: kindOf(version),
      policy: settings.build.mode,
      source,
      allowDirty: isLoopback(registry.endpoint.server),
      push: settings.build.push,
      services: Object.keys(builds).map((service) => ({
        service,
        repository: registry.repositoryPath(service),
      })),
      preview: pulumi.runtime.isDryRun(),
      warn: (message) => void pulumi.log.warn(message),
    },
    { ...published, readInputs: inputsReader(settings, builds, contexts) },
  );
  const previousVersion = previousVersionOf(record, version);
  refuseMoved(inquiry, record, (service) => registry.imageName(service));
  const planned = planRelease(inquiry, record);
  const services = usesCache(settings)
    ? await withCaches(planned, record, published, {
        server: registry.endpoint.server,
        version,
        previousVersion,
        warn: (error) => void pulumi.log.info(`no build cache: ${messageOf(error)}`),
      })
    : planned;
  const plan: VersionPlan = {
    version,
    ...(previousVersion === undefined ? {} : { previousVersion }),
    services,
    source,
    staged: stagedBuilds(builds, contexts),
    recordedTags: recordedTags(record),
    recordedRepositories: record?.repositories ?? [],
    serverIsThere,
    publishes: settings.build.push && publishes(inquiry, services),
  };
  if (settings.build.push && serverIsThere && buildsOf(plan).length > 0) await proveLogin(registry);
  return plan;
}

/** What is not pushed has no cache in the registry, and needs none from there. */
function usesCache({ build }: Settings): boolean {
  return build.cache === "inline" && build.push;
}

/** A missing login is told here, by its message; a promise that fails later is shown with its stack. */
async function proveLogin({ account, endpoint }: RegistryPlace): Promise<void> {
  await resolveCredentials(account.push, endpoint.server);
}

type PublishedSources = Omit<Sources, "readInputs">;

async function publishedSources({ endpoint, lookUp }: RegistryPlace): Promise<PublishedSources> {
  const client = registryClient(endpoint, await resolveCredentials(lookUp, endpoint.server));
  return {
    lookUpVersion: (repository, version) => lookUpVersion(client, repository, version),
    findBuilt: (repository, tag) => findBuilt(client, repository, tag),
  };
}

const NOTHING_PUBLISHED: PublishedSources = {
  lookUpVersion: () => Promise.resolve(undefined),
  findBuilt: () => Promise.resolve(undefined),
};

function inputsReader(
  settings: Settings,
  builds: Readonly<Record<string, BuildSpec>>,
  contexts: Map<string, StagedContext>,
): Sources["readInputs"] {
  return async (service) => {
    const spec = builds[service];
    if (spec === undefined) throw new Error(`${service} has no build`);
    const staged = await stageContext(spec, {
      projectDirectory: process.cwd(),
      buildDirectory: BUILD_DIRECTORY,
    });
    contexts.set(service, staged);
    const platforms = settings.build.platforms.map((platform) => {
      const inputs = platformInputs(staged.inputsDigest, platform);
      return { platform, inputs, tag: buildTag(inputs, platform) };
    });
    return { inputsDigest: staged.inputsDigest, platforms };
  };
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

function kindOf(version: string): ReleaseInquiry["kind"] {
  if (isSemverVersion(version)) return "semver";
  return isFloatingAlias(version) ? "alias" : "movable";
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
