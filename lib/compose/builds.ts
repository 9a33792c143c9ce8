import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { reportAboveRepository, type CheckContext } from "./context";
import { objectOf, textOf } from "./json";
import type { BuildSpec, JsonObject } from "./model";
import { checkoutPath } from "./paths";

const HONOURED = ["context", "dockerfile", "args", "target", "network"];
/** Nothing changes without these: platforms and tags come from the configuration. */
const IGNORED = ["cache_from", "no_cache", "platforms", "provenance", "pull", "sbom", "tags"];
const CHANGING_ARGS = /^(?:BUILD_(?:DATE|TIME|TIMESTAMP)|CREATED|TIMESTAMP)$/;

/**
 * How each service of ours is built. What docker.Image cannot do is an error, since the image would
 * differ from the one that `docker compose build` makes. A context or Dockerfile that is missing is
 * none here: a published version is deployed without them, and who builds asks for them.
 * @param wanted names of the services to build; the others may be incomplete
 */
export function buildSpecs(
  context: CheckContext,
  wanted: ReadonlySet<string>,
): Record<string, BuildSpec> {
  const specs: Record<string, BuildSpec> = {};
  for (const [service, definition] of Object.entries(context.project.services)) {
    if (definition.build === undefined || !wanted.has(service)) continue;
    const build = objectOf(definition.build);
    checkKeys(context, service, build);
    const folder = contextOf(context, service, build);
    if (folder === undefined) continue;
    const dockerfile = path.join(folder, textOf(build.dockerfile) ?? "Dockerfile");
    const target = textOf(build.target);
    const network = textOf(build.network);
    specs[service] = {
      service,
      context: folder,
      dockerfile,
      args: argsOf(build),
      ...(target === undefined ? {} : { target }),
      ...(network === undefined ? {} : { network }),
    };
  }
  return specs;
}

/** true: the service's Dockerfile declares a HEALTHCHECK. */
export function dockerfileHasHealthCheck(projectDirectory: string, build: JsonObject): boolean {
  const file = path.resolve(
    projectDirectory,
    textOf(build.context) ?? ".",
    textOf(build.dockerfile) ?? "Dockerfile",
  );
  return existsSync(file) && /^\s*HEALTHCHECK\s+(?!NONE)/im.test(readFileSync(file, "utf8"));
}

function checkKeys({ report }: CheckContext, service: string, build: JsonObject): void {
  for (const key of Object.keys(build)) {
    const keys = ["services", service, "build", key];
    if (HONOURED.includes(key) || key.startsWith("x-")) continue;
    if (IGNORED.includes(key)) {
      report.warning(keys, `\`build.${key}\` is ignored; the configuration decides it`);
    } else {
      report.error(
        keys,
        `\`build.${key}\` is not supported by docker.Image; use context, dockerfile, args, target and network, and do the rest in the Dockerfile`,
      );
    }
  }
  for (const name of Object.keys(objectOf(build.args)).filter((key) => CHANGING_ARGS.test(key))) {
    report.warning(
      ["services", service, "build", "args"],
      `build arg \`${name}\` differs at each build, so that this service is never unchanged; remove it`,
      name,
    );
  }
}

function contextOf(context: CheckContext, service: string, build: JsonObject): string | undefined {
  const given = textOf(build.context) ?? ".";
  const keys = ["services", service, "build", "context"];
  if (/^(?:https?|git|ssh):\/\/|^git@|\.git(?:#|$)/.test(given)) {
    context.report.error(keys, `build context \`${given}\` is an address; give a folder`);
    return undefined;
  }
  const relative = checkoutPath(context.projectDirectory, given);
  if (relative === undefined) {
    context.report.error(
      keys,
      `build context \`${given}\` is outside of the project folder; give a folder of the repository, relative to it`,
    );
    return undefined;
  }
  if (reportAboveRepository(context, keys, relative)) return undefined;
  return relative;
}

/** A name without a value is the environment's, which is no input of a release: it is left out. */
function argsOf(build: JsonObject): Record<string, string> {
  const entries = Object.entries(objectOf(build.args)).flatMap(([name, value]) => {
    const text = typeof value === "boolean" ? String(value) : textOf(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(entries);
}
