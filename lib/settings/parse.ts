import { parseBuild } from "./build";
import { Faults } from "./faults";
import { deepFreeze } from "./freeze";
import { parseGithub } from "./github";
import { parseHost } from "./host";
import { ConfigReader } from "./reader";
import { parseRegistry } from "./registry";
import { parseRelease } from "./release";
import { parseRetention } from "./retention";
import { parseRollout } from "./rollout";
import type { Environment, RawConfig, Settings } from "./settings";
import { parseSupplyChain } from "./supplyChain";

/**
 * Parses a stack's whole configuration.
 * @param raw the configuration; an empty value counts as unset (Pulumi.yaml's defaults are empty)
 * @param environment gives defaults where the configuration is silent: DOCKER_REGISTRY,
 *   DOCKER_USERNAME, DOCKER_PASSWORD, DOCKER_PULL_USERNAME, DOCKER_PULL_PASSWORD, GITHUB_ACTOR,
 *   GITHUB_TOKEN, AWS_ACCOUNT_ID, VERSION, GIT_SHA
 * @throws UserError `config-invalid` with every fault, none of them showing a secret
 */
export function parseSettings(raw: RawConfig, environment: Environment): Settings {
  const faults = new Faults();
  const given = Object.entries(raw.values).filter(([, value]) => value !== "");
  const root = new ConfigReader(new Map(given), faults, (key) => raw.secretKeys.has(key));
  const registry = parseRegistry(root, environment, faults);
  const release = parseRelease(root, environment, faults);
  const build = parseBuild(root);
  const host = parseHost(root, build.index);
  const rollout = parseRollout(root);
  const retention = parseRetention(root);
  const github = parseGithub(root, faults);
  const supplyChain = parseSupplyChain(root, faults, { github, isJoined: build.index });
  root.refuseUnknown();
  if (faults.any || registry === undefined) throw faults.error();
  return deepFreeze({
    registry,
    release,
    build,
    supplyChain,
    host,
    rollout,
    retention,
    github,
  });
}
