import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { hexDigestOf } from "../oci/digest";
import { hashTree, isExecutable, readContent } from "./content";
import { FAULTS } from "./contents";
import { reportAboveRepository, type CheckContext } from "./context";
import { listOf, objectOf, textOf } from "./json";
import type { Json, JsonObject } from "./model";
import { checkoutPath } from "./paths";

/** A service's mounts after its bound files became configs. */
export interface BoundFiles {
  readonly definition: JsonObject;
  /** Top-level configs that it needs, with content. */
  readonly configs: JsonObject;
  readonly contents: Readonly<Record<string, string>>;
}

type Outcome =
  | { readonly kind: "mount"; readonly entry: Json; readonly hash?: readonly [string, string] }
  | { readonly kind: "config"; readonly entry: Json; readonly name: string; readonly text: string };

/**
 * Binds of the checkout's files become configs with content. On a local host folders stay, and so
 * do files that the container may write or that cannot be copied in; they count by their content,
 * but for folders that the container may write: those hold its data. Paths of the host stay.
 */
export function inlineBinds(
  context: CheckContext,
  service: string,
  definition: JsonObject,
): BoundFiles {
  const outcomes = listOf(definition.volumes).map((entry) =>
    bindOutcome(context, service, definition.read_only === true, entry),
  );
  const configs = outcomes.filter((outcome) => outcome.kind === "config");
  const mounts = outcomes.filter((outcome) => outcome.kind === "mount");
  return {
    definition: {
      ...definition,
      ...(definition.volumes === undefined ? {} : { volumes: mounts.map(({ entry }) => entry) }),
      ...(configs.length === 0
        ? {}
        : { configs: [...listOf(definition.configs), ...configs.map(({ entry }) => entry)] }),
    },
    configs: Object.fromEntries(configs.map(({ name, text }) => [name, { content: text }])),
    contents: Object.fromEntries([
      ...configs.map(({ name, text }) => [`config:${name}`, hexDigestOf(text)] as const),
      ...mounts.flatMap(({ hash }) => (hash === undefined ? [] : [hash])),
    ]),
  };
}

function bindOutcome(
  context: CheckContext,
  service: string,
  readOnlyRoot: boolean,
  entry: Json,
): Outcome {
  const mount = objectOf(entry);
  const source = mount.type === "bind" ? textOf(mount.source) : undefined;
  if (source === undefined) return { kind: "mount", entry };
  const keys = ["services", service, "volumes"];
  const relative = checkoutPath(context.projectDirectory, source);
  if (relative === undefined) {
    if (context.remoteHost && source.startsWith("~")) {
      context.report.error(
        keys,
        `\`${source}\` is a folder of this machine, which a remote host has not; give an absolute path of the host`,
        source,
      );
    }
    return { kind: "mount", entry };
  }
  if (reportAboveRepository(context, keys, relative)) return { kind: "mount", entry };
  const bind = { context, service, readOnlyRoot, mount, relative };
  return context.remoteHost ? remoteBind(bind) : localBind(bind);
}

interface Bind {
  readonly context: CheckContext;
  readonly service: string;
  /** The service's root file system is read-only. */
  readonly readOnlyRoot: boolean;
  readonly mount: JsonObject;
  readonly relative: string;
}

function localBind(bind: Bind): Outcome {
  const { context, mount, relative, readOnlyRoot } = bind;
  const absolute = path.resolve(context.projectDirectory, relative);
  const entry = { ...mount, source: relative === "." ? "." : `./${relative}` };
  if (!existsSync(absolute)) return { kind: "mount", entry };
  const stat = statSync(absolute);
  const writable = mount.read_only !== true;
  if (!stat.isFile() && (writable || !stat.isDirectory())) return { kind: "mount", entry };
  const content = stat.isFile() && !writable && !readOnlyRoot ? readContent(absolute) : undefined;
  return content?.kind === "text"
    ? asConfig(bind, content.text)
    : { kind: "mount", entry, hash: [relative, hashTree(absolute)] };
}

function remoteBind(bind: Bind): Outcome {
  const { context, service, mount, relative, readOnlyRoot } = bind;
  const keys = ["services", service, "volumes"];
  const hint = path.basename(relative);
  const content = readContent(path.resolve(context.projectDirectory, relative));
  if (content.kind === "text" && !readOnlyRoot) {
    if (mount.read_only !== true) {
      context.report.warning(
        keys,
        `\`${relative}\` is copied to the remote host; what the container writes into it is lost at its next release; add \`:ro\`, or use a named volume`,
        hint,
      );
    }
    return asConfig(bind, content.text);
  }
  const reason =
    content.kind === "text"
      ? "cannot be copied into a service with `read_only: true`"
      : `${FAULTS[content.kind]}, so a remote host cannot get it`;
  context.report.error(
    keys,
    `\`${relative}\` ${reason}; bind single text files, use a named volume or an absolute path of the host, or put it into the image`,
    hint,
  );
  return { kind: "mount", entry: mount };
}

function asConfig({ context, mount, relative }: Bind, text: string): Outcome {
  const absolute = path.resolve(context.projectDirectory, relative);
  const readable = relative.replace(/[^A-Za-z0-9.-]+/g, "_");
  const name = `bind_${readable}_${hexDigestOf(relative).slice(0, 8)}`;
  const mode = isExecutable(statSync(absolute).mode) ? { mode: 0o555 } : {};
  return {
    kind: "config",
    name,
    text,
    entry: { source: name, target: mount.target ?? "", ...mode },
  };
}
