import { type Document, LineCounter, isAlias, parseDocument, visit } from "yaml";
import { descend } from "../../compose/yamlPath";
import { type Finding, findingsError } from "../../errors";
import type { IgnoreEntry } from "../../resources/supplyChain";
import { type EntryReader, isRecord, readEntry } from "./ignoreEntry";

const EXAMPLE = "`- {id: CVE-2026-1234, reason: not reachable here, expires: 2026-12-31}`";

/**
 * Reads a file of accepted findings: YAML with one key, `ignores`, a list of
 * `{id, reason, expires, package?, services?}`.
 * @param fileName as the user gave it; for messages
 * @throws UserError `scan-ignore-file` with all faults at once, each with its line
 */
export function parseIgnoreFile(text: string, fileName: string): readonly IgnoreEntry[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (...keys: readonly string[]): string =>
    `${fileName}:${lines.linePos(descend(document, keys).offset).line}`;
  const broken = yamlFaults(document, (offset) => `${fileName}:${lines.linePos(offset).line}`);
  if (broken.length > 0) throw fileError(fileName, broken);
  const faults: Finding[] = [];
  const report = (place: string, message: string): void => {
    faults.push({ at: place, message });
  };
  const entries = readList(document.toJS(), fileName, { at, report });
  faults.push(...duplicates(entries));
  if (faults.length > 0) throw fileError(fileName, faults);
  return entries;
}

/**
 * What has to be said of entries whose last day is over: they ignore nothing any more, and whoever
 * accepted the finding has to look at it again.
 * @param today `YYYY-MM-DD` in UTC
 */
export function expiredIgnores(entries: readonly IgnoreEntry[], today: string): readonly Finding[] {
  return entries
    .filter(({ expires }) => expires < today)
    .map(({ at, id, package: name, reason, expires }) => {
      const what = name === undefined ? `\`${id}\`` : `\`${id}\` in \`${name}\``;
      return {
        at,
        message: `${what} was accepted until ${expires} (${oneLine(reason)}); update the package and remove the entry, or look at it again and set a later \`expires\``,
      };
    });
}

/** @throws UserError `scan-ignore-expired` that names all of them */
export function assertNoneExpired(entries: readonly IgnoreEntry[], today: string): void {
  const expired = expiredIgnores(entries, today);
  if (expired.length === 0) return;
  throw findingsError("accepted findings have expired", expired, "scan-ignore-expired");
}

function fileError(fileName: string, faults: readonly Finding[]): Error {
  return findingsError(`the ignore file \`${fileName}\` is faulty`, faults, "scan-ignore-file");
}

function yamlFaults(document: Document, at: (offset: number) => string): Finding[] {
  const faults = document.errors.map((fault) => ({
    at: at(fault.pos[0]),
    message: `is no YAML: ${fault.message.split("\n")[0] ?? ""}`,
  }));
  visit(document, {
    Alias: (_key, alias) => {
      if (!isAlias(alias) || alias.resolve(document) !== undefined) return;
      const message = `anchor \`${alias.source}\` is not defined above; define it as \`&${alias.source}\``;
      faults.push({ at: at(alias.range?.[0] ?? 0), message });
    },
  });
  return faults;
}

function readList(value: unknown, fileName: string, reader: EntryReader): IgnoreEntry[] {
  if (!isRecord(value)) {
    const message = `has no \`ignores\`; list entries under it, e.g. ${EXAMPLE}`;
    reader.report(fileName, message);
    return [];
  }
  for (const key of Object.keys(value).filter((name) => name !== "ignores")) {
    reader.report(reader.at(key), `key \`${key}\` is unknown; the only one is \`ignores\``);
  }
  const list = value["ignores"];
  if (!Array.isArray(list)) {
    const message = `\`ignores\` has to be a list of entries, e.g. ${EXAMPLE}, or \`[]\``;
    reader.report(reader.at("ignores"), message);
    return [];
  }
  return list.flatMap((entry: unknown, index) => readEntry(entry, index, reader) ?? []);
}

/** Entries of which one says nothing that the other one does not. */
function duplicates(entries: readonly IgnoreEntry[]): Finding[] {
  return entries.flatMap((entry, index) => {
    const other = entries.slice(0, index).find((earlier) => overlaps(earlier, entry));
    if (other === undefined) return [];
    const message = `\`${entry.id}\` stands already at ${other.at}; keep one of them, or tell them apart by \`package\` or \`services\``;
    return [{ at: entry.at, message }];
  });
}

function overlaps(a: IgnoreEntry, b: IgnoreEntry): boolean {
  if (a.id !== b.id || a.package !== b.package) return false;
  if (a.services === undefined || b.services === undefined) return true;
  return a.services.some((service) => b.services?.includes(service) === true);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
