import { declareGithub } from "./components/github/declare";
import { refuse } from "./components/refuse";
import { declareRegistry } from "./components/registry/pick";
import { registryPlace } from "./components/registry/place";
import { declareHost } from "./components/host";
import { declareImages } from "./components/releaseImages";
import { readServices } from "./components/services";
import { stackOutputs, type StackOutputs } from "./components/stackOutputs";
import { readPolicies } from "./components/supplyChain/policies";
import { buildsOf, planVersion } from "./components/versionPlan";
import { loadSettings } from "./config";

/**
 * Settings, registry, GitHub, images, host, outputs. Everything that decides which resources there
 * are is awaited first; from then on resources are only declared.
 */
async function program(): Promise<StackOutputs> {
  const settings = await loadSettings();
  const policies = await readPolicies(settings);
  const place = registryPlace(settings.registry);
  const compose = await readServices(settings);
  const plan = await planVersion(settings, place, compose.builds);
  const registry = await declareRegistry("registry", settings.registry, {
    services: compose.ours,
    builds: settings.build.push ? buildsOf(plan) : [],
    version: plan.version,
    platforms: settings.build.platforms,
    retention: settings.retention,
    github: settings.github,
    recorded: plan.recordedRepositories,
    previousVersion: plan.previousVersion,
    source: plan.source,
    publishes: plan.publishes,
    serverIsThere: plan.serverIsThere,
  });
  await declareGithub(settings, registry, plan);
  const images = declareImages(settings, registry, plan, policies);
  const host = declareHost(settings, registry, compose, plan, images, policies);
  return stackOutputs(plan, registry, images, host, policies);
}

export = refuse(program);
