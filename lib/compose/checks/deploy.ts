import { isSeq } from "yaml";
import type { CheckContext } from "../context";
import { objectOf, textOf } from "../json";
import type { JsonObject } from "../model";
import { isReservedName } from "../names";
import { keysOf, placesOf } from "../source";

/** `deploy` keys that are Swarm's; on one Compose host they do nothing. */
const SWARM_ONLY = ["endpoint_mode", "labels", "mode", "placement", "rollback_config"];
const RESTART = /^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/;

/** Keys that do something else than they seem to, or nothing. */
export function checkDeploy(context: CheckContext): void {
  for (const [service, definition] of Object.entries(context.project.services)) {
    checkIgnored(context, service, objectOf(definition.deploy));
    checkRestart(context, service, definition);
    if (isReservedName(service)) {
      context.report.error(
        ["services", service],
        `service name \`${service}\` is one of those that we render (\`*-blue\`, \`*-green\`, \`*-switch\`); rename it`,
      );
    }
  }
  checkEmptyProfiles(context);
}

function checkIgnored({ report }: CheckContext, service: string, deploy: JsonObject): void {
  const keys = ["services", service, "deploy"];
  for (const key of Object.keys(deploy).filter((name) => SWARM_ONLY.includes(name))) {
    report.warning([...keys, key], `\`deploy.${key}\` is ignored on a Compose host; remove it`);
  }
  const update = Object.keys(objectOf(deploy.update_config)).filter((name) => name !== "order");
  if (update.length === 0) return;
  report.warning(
    [...keys, "update_config"],
    `\`update_config\`: only \`order\` counts, ${update.sort().join(", ")} ${update.length === 1 ? "is" : "are"} ignored; every replica of a new version is healthy before any traffic moves`,
  );
}

function checkRestart({ report }: CheckContext, service: string, definition: JsonObject): void {
  const restart = textOf(definition.restart);
  const policy = objectOf(definition.deploy).restart_policy;
  const keys = ["services", service];
  if (restart !== undefined && !RESTART.test(restart)) {
    report.error(
      [...keys, "restart"],
      `\`restart: ${restart}\` is not known; use no, always, unless-stopped or on-failure`,
    );
  }
  if (restart === undefined || policy === undefined) return;
  const condition = textOf(objectOf(policy).condition) ?? "any";
  report.warning(
    [...keys, "deploy", "restart_policy"],
    `\`deploy.restart_policy\` (${condition}) wins over \`restart: ${restart}\`${condition === "on-failure" ? ", so the service stays down after a reboot" : ""}; keep one of them`,
  );
}

/** Lists of several files append: an empty one cannot take a service out of its profile. */
function checkEmptyProfiles({ sources, report }: CheckContext): void {
  for (const service of keysOf(sources, ["services"])) {
    const keys = ["services", service, "profiles"];
    const lists = placesOf(sources, keys).filter(({ node }) => isSeq(node));
    const filled = lists.findIndex(({ node }) => isSeq(node) && node.items.length > 0);
    const empty = lists.findIndex(
      ({ node }, index) =>
        index > filled && isSeq(node) && node.items.length === 0 && node.tag !== "!reset",
    );
    if (filled < 0 || empty < 0) continue;
    report.warning(
      keys,
      `\`profiles: []\` does not take \`${service}\` out of its profile, since lists of several files append; write \`profiles: !reset []\``,
    );
  }
}
