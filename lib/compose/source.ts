import { readFileSync } from "node:fs";
import path from "node:path";
import {
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
} from "yaml";
import type { Finding } from "../errors";
import { descend } from "./yamlPath";

/** A Compose file as written: for the line of a finding, and for what Compose drops silently. */
export interface SourceFile {
  /** As the user gave it. */
  readonly name: string;
  readonly absolute: string;
  readonly text: string;
  readonly lines: LineCounter;
  readonly documents: readonly Document[];
}

/** A node of a file. */
export interface Place {
  readonly source: SourceFile;
  readonly document: Document;
  readonly node: Node;
}

/**
 * Reads and parses the files. A missing file or one that is no YAML is an error of its own; all are
 * reported together.
 */
export function readSources(
  projectDirectory: string,
  files: readonly string[],
): { sources: SourceFile[]; errors: Finding[] } {
  const sources: SourceFile[] = [];
  const errors: Finding[] = [];
  for (const name of files) {
    const absolute = path.resolve(projectDirectory, name);
    const text = readText(absolute);
    if (text === undefined) errors.push({ at: name, message: missingMessage(absolute) });
    else {
      const source = parseSource(name, absolute, text);
      errors.push(...source.documents.flatMap((document) => faultsOf(source, document)));
      sources.push(source);
    }
  }
  return { sources, errors };
}

function faultsOf(source: SourceFile, document: Document): Finding[] {
  const at = (offset: number): string => `${source.name}:${source.lines.linePos(offset).line}`;
  const faults = document.errors.map((fault) => ({
    at: at(fault.pos[0]),
    message: `is no YAML: ${fault.message.split("\n")[0] ?? ""}`,
  }));
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = `anchor \`${alias.source}\` is not defined above; define it as \`&${alias.source}\``;
      faults.push({ at: at(alias.range?.[0] ?? 0), message });
    },
  });
  return faults;
}

/** Parses one file's text; faults stand in its documents. */
export function parseSource(name: string, absolute: string, text: string): SourceFile {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  return { name, absolute, text, lines, documents: Array.isArray(parsed) ? parsed : [] };
}

/**
 * Where a path of keys stands: `file:line` of the last file that has it, or of its longest part
 * that some file has; the first file where none has any (a service from an `include`).
 * @param containing prefer the line of the first text below the path that contains this
 */
export function locate(
  sources: readonly SourceFile[],
  keys: readonly string[],
  containing?: string,
): string {
  let best: { depth: number; at: string } | undefined;
  for (const source of sources) {
    for (const document of source.documents) {
      const { depth, offset } = descend(document, keys);
      const text = containing === undefined ? undefined : offsetOf(document, keys, containing);
      const score = depth + (text === undefined ? 0 : keys.length + 1);
      if (score > 0 && (best === undefined || score >= best.depth)) {
        best = { depth: score, at: `${source.name}:${source.lines.linePos(text ?? offset).line}` };
      }
    }
  }
  return best?.at ?? sources[0]?.name ?? "";
}

/** The nodes at a path of keys, one a file that has it, aliases and merge keys followed. */
export function placesOf(sources: readonly SourceFile[], keys: readonly string[]): Place[] {
  return sources.flatMap((source) =>
    source.documents.flatMap((document) => {
      const { node, depth } = descend(document, keys);
      return node === undefined || depth < keys.length ? [] : [{ source, document, node }];
    }),
  );
}

/** Keys of the mapping at a path, over all files. */
export function keysOf(sources: readonly SourceFile[], keys: readonly string[]): string[] {
  const found = placesOf(sources, keys).flatMap(({ node }) =>
    isMap(node) ? node.items.map(({ key }) => (isScalar(key) ? String(key.value) : "")) : [],
  );
  return [...new Set(found)];
}

/** Texts below a node with their place, aliases followed: all values, and keys without a value. */
export function textsOf(place: Place): { text: string; at: string }[] {
  const texts: { text: string; at: string }[] = [];
  const { source, document } = place;
  visit(place.node, {
    Scalar: (key, { value, range }, path) => {
      const pair = path.at(-1);
      const named = key === "key" && isPair(pair) && !isEmptyValue(pair.value);
      if (value === null || named) return;
      const at = `${source.name}:${source.lines.linePos(range?.[0] ?? 0).line}`;
      texts.push({ text: scalarText(value), at });
    },
    Alias: (_key, alias) => {
      const node = alias.resolve(document);
      if (node !== undefined) texts.push(...textsOf({ source, document, node }));
    },
  });
  return texts;
}

function offsetOf(
  document: Document,
  keys: readonly string[],
  containing: string,
): number | undefined {
  const { node, depth } = descend(document, keys);
  if (node === undefined || depth < keys.length) return undefined;
  let offset: number | undefined;
  visit(node, {
    Scalar: (_key, { value, range }) => {
      if (!scalarText(value).includes(containing)) return undefined;
      offset = range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function scalarText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isEmptyValue(value: unknown): boolean {
  return value === null || (isScalar(value) && value.value === null);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function missingMessage(absolute: string): string {
  return `cannot be read (looked for ${absolute}); create it, or correct \`composeFiles\``;
}
