import { readFile } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { parseSource } from "../compose/source";
import type { BuildSpec } from "../compose/model";
import { type Finding, messageOf } from "../errors";
import { composeArgs } from "./composeArgs";
import { basesIn, type BaseUse } from "./dockerfile";
import { type Place, type Piece, textOf } from "./expand";
import { type BaseReference, parseReference } from "./reference";

/** A base image of one or more services, at one place of one file. */
export interface Base {
  /** `services/web/Dockerfile:2`: where its name ends; where it is used, if that is in no file. */
  readonly at: string;
  /** The reference with its variables put in. */
  readonly reference: string;
  readonly services: readonly string[];
  /** Absent where it is no image reference. */
  readonly parsed?: BaseReference;
  /** Where the 64 digits of its digest stand. Absent: it has none, or in no file. */
  readonly digestAt?: Place;
  /** Where a digest can be put. */
  readonly end?: Place;
  /** `# syntax=`: Docker's own words are that it should float. */
  readonly isFrontend: boolean;
  /** Why it cannot be read, as the end of a sentence. */
  readonly reason?: string;
}

export interface Project {
  /** Absolute path. */
  readonly directory: string;
  readonly composeFiles: readonly string[];
  readonly builds: readonly BuildSpec[];
}

export interface ProjectFiles {
  /** By absolute path: the Compose files and the Dockerfiles. */
  readonly texts: ReadonlyMap<string, string>;
  readonly faults: readonly Finding[];
}

/** Reads every file that may name a base. */
export async function readFiles(project: Project): Promise<ProjectFiles> {
  const { directory, composeFiles, builds } = project;
  const paths = [...composeFiles, ...builds.map(({ dockerfile }) => dockerfile)];
  const texts = new Map<string, string>();
  const faults: Finding[] = [];
  for (const file of new Set(paths.map((path) => resolve(directory, path)))) {
    try {
      texts.set(file, await readText(file));
    } catch (error) {
      faults.push({ at: nameOf(directory, file), message: messageOf(error) });
    }
  }
  return { texts, faults };
}

/**
 * The bases of every service that is built: with the values of its Compose files' build args, and with
 * the Dockerfile's own, which count where somebody builds without Compose.
 */
export function findBases(project: Project, texts: ProjectFiles["texts"]): Base[] {
  const { directory, composeFiles, builds } = project;
  const sources = composeFiles.flatMap((name) => {
    const absolute = resolve(directory, name);
    const text = texts.get(absolute);
    return text === undefined ? [] : [parseSource(name, absolute, text)];
  });
  const found = new Map<string, Base>();
  for (const build of [...builds].sort((a, b) => (a.service < b.service ? -1 : 1))) {
    const file = resolve(directory, build.dockerfile);
    const text = texts.get(file);
    if (text === undefined) continue;
    const given = composeArgs(build, sources);
    // An ARG that Compose alone gives a value has none of its own: that is no fault.
    const own = basesIn(file, text).filter(({ image }) => !("reason" in image));
    for (const use of [...basesIn(file, text, given), ...own]) {
      const base = baseOf(use, build.service);
      const at = base.digestAt ?? base.end;
      const line = at === undefined ? use.line : lineOf(texts.get(at.file) ?? "", at.at);
      add(found, { ...base, at: `${nameOf(directory, at?.file ?? file)}:${line}` });
    }
  }
  // Lines count as numbers.
  return [...found.values()].sort((a, b) => a.at.localeCompare(b.at, "en", { numeric: true }));
}

/** A path for people: relative to the project folder, with `/`. */
export function nameOf(directory: string, file: string): string {
  return relative(directory, file).split(sep).join("/");
}

/** What is no UTF-8 could not be written back as it was. */
async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Error(`cannot be read: ${messageOf(error)}`);
  });
  const text = bytes.toString("utf8");
  if (Buffer.from(text, "utf8").equals(bytes)) return text;
  throw new Error("is no UTF-8, so it cannot be changed without harm; save it as UTF-8");
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

function baseOf({ image, instruction, written }: BaseUse, service: string): Omit<Base, "at"> {
  const common = { services: [service], isFrontend: instruction === "# syntax" };
  if ("reason" in image) return { ...common, reference: written, reason: image.reason };
  const reference = textOf(image);
  const parsed = parseReference(reference);
  if (parsed === undefined) return { ...common, reference, reason: "is no image reference" };
  const digestAt = parsed.digest === undefined ? undefined : digestPlace(image.pieces);
  return {
    ...common,
    reference,
    parsed,
    ...(digestAt === undefined ? {} : { digestAt }),
    ...(image.end === undefined ? {} : { end: image.end }),
  };
}

const HEX_DIGITS = 64;

/** The digest ends the reference; its digits have to stand in one piece. */
function digestPlace(pieces: readonly Piece[]): Place | undefined {
  const last = [...pieces].reverse().find(({ text }) => text !== "");
  if (last?.place === undefined || last.text.length < HEX_DIGITS) return undefined;
  const { file, at } = last.place;
  return { file, at: at + last.text.length - HEX_DIGITS };
}

/** The same reference at the same place is one base, whoever uses it. */
function add(found: Map<string, Base>, base: Base): void {
  const key = JSON.stringify([base.reference, base.digestAt ?? base.end ?? base.at]);
  const known = found.get(key);
  const services = [...new Set([...(known?.services ?? []), ...base.services])];
  found.set(key, { ...(known ?? base), services });
}
