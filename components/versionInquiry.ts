import * as pulumi from "@pulumi/pulumi";
import type { BuildSpec } from "../lib/compose/model";
import { resolveCredentials } from "../lib/credentials";
import {
  buildTag,
  findBuilt,
  lookUpVersion,
  platformInputs,
  stageContext,
  type StagedContext,
} from "../lib/images";
import { isLoopback } from "../lib/oci";
import { registryClient } from "../lib/registries/refusals";
import { inquire, type Sources } from "../lib/release/inquire";
import type { ReleaseInquiry } from "../lib/release/plan";
import type { SourceFacts } from "../lib/resources/imageIndex";
import type { Settings } from "../lib/settings/settings";
import { isFloatingAlias, isSemverVersion } from "../lib/tags";
import type { RegistryPlace } from "./registry/contract";

/** Where build contexts are staged; relative, because the path stands in state. */
const BUILD_DIRECTORY = ".build";

/** Asks of each service what is published and what the checkout would build. */
export function inquireVersion(
  { release: { version }, build }: Settings,
  registry: RegistryPlace,
  services: readonly string[],
  source: SourceFacts,
  sources: Sources,
): Promise<ReleaseInquiry> {
  const asked = {
    version,
    kind: kindOf(version),
    policy: build.mode,
    source,
    allowDirty: isLoopback(registry.endpoint.server),
    push: build.push,
    services: services.map((service) => ({
      service,
      repository: registry.repositoryPath(service),
    })),
    preview: pulumi.runtime.isDryRun(),
    warn: (message: string) => void pulumi.log.warn(message),
  };
  return inquire(asked, sources);
}

function kindOf(version: string): ReleaseInquiry["kind"] {
  if (isSemverVersion(version)) return "semver";
  return isFloatingAlias(version) ? "alias" : "movable";
}

/** What the registry is asked. */
export type PublishedSources = Omit<Sources, "readInputs">;

/** The registry, with the login that looks things up. */
export async function publishedSources({
  endpoint,
  lookUp,
}: RegistryPlace): Promise<PublishedSources> {
  const client = registryClient(endpoint, await resolveCredentials(lookUp, endpoint.server));
  return {
    lookUpVersion: (repository, version) => lookUpVersion(client, repository, version),
    findBuilt: (repository, tag) => findBuilt(client, repository, tag),
  };
}

/** A registry that is yet to be made. */
export const NOTHING_PUBLISHED: PublishedSources = {
  lookUpVersion: () => Promise.resolve(undefined),
  findBuilt: () => Promise.resolve(undefined),
};

/** Stages a service's build context when it is asked for, and keeps it in `contexts`. */
export function inputsReader(
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
