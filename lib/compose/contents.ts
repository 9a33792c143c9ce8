import { statSync } from "node:fs";
import path from "node:path";
import { hexDigestOf } from "../oci/digest";
import { hashTree, isExecutable, readContent, type Content } from "./content";
import { reportAboveRepository, type CheckContext } from "./context";
import { sourceNames } from "./hash";
import { listOf, objectOf, textOf, without } from "./json";
import type { Json, JsonObject } from "./model";
import { checkoutPath } from "./paths";

/** A config or secret as the host gets it. */
export interface Inlined {
  readonly definition: JsonObject;
  /** sha256 of its content; absent where it is a file of the host. */
  readonly hash?: string;
  /** true: it comes from an executable file. */
  readonly executable: boolean;
}

type Kind = "configs" | "secrets";

/**
 * The configs or secrets that services use, each with its content instead of a path or a variable,
 * so that the host needs no file. A file stays a file where the content cannot be put in: it is not
 * text, or a service is read-only (Docker copies no file into a read-only root file system, tried);
 * on a remote host that is an error.
 * @param variables values of the variables that `environment:` names
 */
export function inlineSources(
  context: CheckContext,
  kind: Kind,
  variables: Readonly<Record<string, string>>,
): Record<string, Inlined> {
  const inlined: Record<string, Inlined> = {};
  for (const [name, value] of Object.entries(context.project[kind])) {
    const readOnly = usersOf(context, kind, name).find(
      (service) => context.project.services[service]?.read_only === true,
    );
    if (usersOf(context, kind, name).length === 0) continue;
    const result = inlineOne({ context, kind, name, readOnly, variables }, objectOf(value));
    if (result !== undefined) inlined[name] = result;
  }
  return inlined;
}

/** Variables that `environment:` of the configs and secrets names. */
export function sourceVariables({ project }: CheckContext): string[] {
  return [...Object.values(project.configs), ...Object.values(project.secrets)].flatMap(
    (value) => textOf(objectOf(value).environment) ?? [],
  );
}

/** A service's definition with the mode of executable files, which a mounted file has by itself. */
export function withModes(
  definition: JsonObject,
  kind: Kind,
  inlined: Readonly<Record<string, Inlined>>,
): JsonObject {
  if (definition[kind] === undefined) return definition;
  const entries = listOf(definition[kind]).map((entry): Json => {
    const { source, mode } = objectOf(entry);
    const executable = inlined[textOf(source) ?? ""]?.executable === true;
    return executable && mode === undefined ? { ...objectOf(entry), mode: 0o555 } : entry;
  });
  return { ...definition, [kind]: entries };
}

interface Source {
  readonly context: CheckContext;
  readonly kind: Kind;
  readonly name: string;
  /** A read-only service that uses it. */
  readonly readOnly: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

function inlineOne(source: Source, given: JsonObject): Inlined | undefined {
  const { context, kind, name, readOnly, variables } = source;
  const fault = (message: string): Inlined | undefined => {
    context.report.error([kind, name], message);
    return undefined;
  };
  const noun = kind === "configs" ? "config" : "secret";
  if (given.external === true) {
    return fault(
      `${noun} \`${name}\` is external, which only Swarm has; give \`file\` or \`environment\``,
    );
  }
  if (typeof given.file === "string") return inlineFile(source, given, given.file);
  const variable = textOf(given.environment);
  const text = variable === undefined ? textOf(given.content) : variables[variable];
  if (text === undefined) {
    return fault(
      variable === undefined
        ? `${noun} \`${name}\` has no content; give \`file\` or \`environment\``
        : `${noun} \`${name}\` takes \`${variable}\`, which is not set; set it in .env, in config \`environment\` or in the shell`,
    );
  }
  if (readOnly !== undefined) {
    return fault(
      `${noun} \`${name}\` cannot be put into \`${readOnly}\`, whose \`read_only: true\` keeps Docker from copying it; remove \`read_only\`${context.remoteHost ? "" : " or give a `file`"}`,
    );
  }
  return withText(source, given, text, false);
}

function inlineFile(source: Source, given: JsonObject, file: string): Inlined | undefined {
  const { context, kind, name, readOnly } = source;
  const { projectDirectory, remoteHost, report } = context;
  const relative = checkoutPath(projectDirectory, file);
  if (relative === undefined) return { definition: given, executable: false };
  const keys = [kind, name, "file"];
  if (reportAboveRepository(context, keys, relative)) return undefined;
  const absolute = path.resolve(projectDirectory, relative);
  const content = readContent(absolute);
  if (content.kind === "text" && readOnly === undefined) {
    const executable = isExecutable(statSync(absolute).mode);
    return withText(source, given, content.text, executable);
  }
  if (content.kind === "missing" || content.kind === "folder") {
    report.error(keys, `\`${relative}\` ${FAULTS[content.kind]}; correct \`file\``);
    return undefined;
  }
  if (remoteHost) {
    const reason =
      content.kind === "text"
        ? `cannot be copied into \`${readOnly ?? ""}\`, which is \`read_only\``
        : FAULTS[content.kind];
    report.error(
      keys,
      `\`${relative}\` ${reason}, so a remote host cannot get it; put it into the image`,
    );
    return undefined;
  }
  return {
    definition: { ...given, file: `./${relative}` },
    hash: content.kind === "text" ? hexDigestOf(content.text) : hashTree(absolute),
    executable: false,
  };
}

/** Why a file cannot stand in a Compose file, after its name. */
export const FAULTS: Readonly<Record<Exclude<Content["kind"], "text">, string>> = {
  missing: "does not exist",
  folder: "is a folder",
  binary: "is no UTF-8 text",
  large: "is larger than 512 KiB",
};

function withText(
  { kind, name }: Source,
  given: JsonObject,
  text: string,
  executable: boolean,
): Inlined {
  const pinned = without(given, ["file", "environment", "content"]);
  const definition =
    kind === "configs"
      ? { ...pinned, content: text }
      : { ...pinned, environment: secretVariable(name), content: text };
  return { definition, hash: hexDigestOf(text), executable };
}

/** The variable that hands a secret to Compose; the digest keeps `a-b` and `a_b` apart. */
function secretVariable(name: string): string {
  const readable = name.replace(/\W/g, "_").toUpperCase();
  return `COMPOSE_SECRET_${readable}_${hexDigestOf(name).slice(0, 8)}`;
}

function usersOf({ project }: CheckContext, kind: Kind, name: string): string[] {
  return Object.keys(project.services).filter((service) =>
    sourceNames(project.services[service] ?? {}, kind).includes(name),
  );
}
