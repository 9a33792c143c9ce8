import type { CheckContext } from "../context";
import { dependenciesOf } from "../facts";
import { sourceNames, volumeNames } from "../hash";
import { listOf, objectOf, textOf } from "../json";
import type { JsonObject } from "../model";
import { keysOf, placesOf, textsOf } from "../source";

/** Names that the file uses and does not define; Compose reports the first one only. */
export function checkReferences(context: CheckContext): void {
  if (Object.keys(context.project.services).length === 0) {
    context.report.error(
      ["services"],
      "there is no service, or all are behind profiles; define one, or set COMPOSE_PROFILES in config `environment`",
    );
  }
  for (const [service, definition] of Object.entries(context.project.services)) {
    checkResources(context, service, definition);
    checkServices(context, service, definition);
    if (definition.image === undefined && definition.build === undefined) {
      context.report.error(
        ["services", service],
        `service \`${service}\` has neither \`image\` nor \`build\`; give one of them`,
      );
    }
  }
  checkCycles(context);
}

function checkResources(context: CheckContext, service: string, definition: JsonObject): void {
  const { networks, volumes, configs, secrets } = context.project;
  const uses: [string, string, string[], JsonObject][] = [
    ["network", "networks", Object.keys(objectOf(definition.networks)), networks],
    ["volume", "volumes", volumeNames(definition), volumes],
    ["config", "configs", sourceNames(definition, "configs"), configs],
    ["secret", "secrets", sourceNames(definition, "secrets"), secrets],
  ];
  for (const [noun, key, names, defined] of uses) {
    for (const name of names.filter((candidate) => !Object.hasOwn(defined, candidate))) {
      context.report.error(
        ["services", service, key],
        `${noun} \`${name}\` is not defined; add it under top-level \`${key}\`, or name the file that defines it in \`composeFiles\``,
        name,
      );
    }
  }
}

function checkServices(context: CheckContext, service: string, definition: JsonObject): void {
  const { services } = context.project;
  const named = Object.keys(dependenciesOf(definition));
  for (const name of named.filter((candidate) => !Object.hasOwn(services, candidate))) {
    const profiles = profilesOf(context, name);
    const defined = keysOf(context.sources, ["services"]).includes(name);
    context.report.error(
      ["services", service],
      defined && profiles.length > 0
        ? `service \`${service}\` depends on \`${name}\`, which is behind profile \`${profiles.join("`, `")}\`; set COMPOSE_PROFILES=${profiles[0] ?? ""} in config \`environment\`, or write \`required: false\` there`
        : `service \`${service}\` depends on \`${name}\`, which is not defined; define it, or name the file that defines it in \`composeFiles\``,
      name,
    );
  }
}

function profilesOf({ sources }: CheckContext, service: string): string[] {
  const places = placesOf(sources, ["services", service, "profiles"]);
  return [...new Set(places.flatMap(textsOf).map(({ text }) => text))];
}

function checkCycles({ project, report }: CheckContext): void {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name];
      report.error(
        ["services", path.at(-1) ?? name, "depends_on"],
        `services depend on each other (${cycle.join(" -> ")}); remove one of these dependencies`,
        name,
      );
      return;
    }
    if (done.has(name)) return;
    done.add(name);
    const next = Object.keys(dependenciesOf(project.services[name] ?? {})).sort();
    next.forEach((dependency) => {
      visit(dependency, [...path, name]);
    });
  };
  Object.keys(project.services)
    .sort()
    .forEach((name) => {
      visit(name, []);
    });
}

/** Links that rename a service behind a switch: its name is the switch's, a link would pass it by. */
export function checkLinks(context: CheckContext, switched: ReadonlySet<string>): void {
  for (const [service, definition] of Object.entries(context.project.services)) {
    for (const link of listOf(definition.links)) {
      const [target = "", alias = target] = (textOf(link) ?? "").split(":");
      if (!switched.has(target) || alias === target) continue;
      context.report.error(
        ["services", service, "links"],
        `link \`${target}:${alias}\` would pass the switch of \`${target}\`; give \`${target}\` the network alias \`${alias}\` instead`,
        target,
      );
    }
  }
}
