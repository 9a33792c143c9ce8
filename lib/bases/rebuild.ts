import { type Finding, messageOf, UserError } from "../errors";
import { mapConcurrently } from "../registries/contents/concurrency";
import { type Edit, applyEdits } from "./edits";
import { type Base, findBases, nameOf, type Project, readFiles } from "./findBases";
import { type AskOptions, TagAsker } from "./tagAsker";
import { unifiedDiff } from "./unifiedDiff";

/** What becomes of one base. */
export type BaseOutcome =
  /** `from` absent: it had no digest. */
  | { readonly kind: "moved"; readonly from?: string; readonly to: string }
  | { readonly kind: "current"; readonly digest: string }
  | { readonly kind: "unpinned" }
  /** Why it stays as it is, as the end of a sentence. */
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "failed"; readonly message: string };

export interface JudgedBase extends Pick<Base, "at" | "reference" | "services"> {
  readonly outcome: BaseOutcome;
}

/** One file that changes. */
export interface ChangedFile {
  /** Absolute path. */
  readonly path: string;
  /** Relative to the project folder. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export interface Rebuild {
  readonly bases: readonly JudgedBase[];
  readonly files: readonly ChangedFile[];
  /** All changes as one patch; empty where there are none. */
  readonly diff: string;
  /** Files that cannot be read. */
  readonly faults: readonly Finding[];
}

export interface RebuildOptions extends AskOptions {
  /** true: bases without a digest get one. */
  readonly pin: boolean;
}

const AT_A_TIME = 4;

/**
 * What a project's pinned bases stand for today, as changes of its files; nothing is written. A
 * registry that does not answer spoils its own bases alone.
 */
export async function planRebuild(project: Project, options: RebuildOptions): Promise<Rebuild> {
  const { texts, faults } = await readFiles(project);
  const asker = new TagAsker(options);
  const judged = await mapConcurrently(findBases(project, texts), AT_A_TIME, async (base) => ({
    base,
    outcome: await judge(base, options.pin, asker),
  }));
  const settled = withoutConflicts(judged);
  const files = changedFiles(project.directory, settled, texts);
  assertReread(project, settled, new Map([...texts, ...files.map(afterwards)]));
  return {
    bases: settled.map(({ base: { at, reference, services }, outcome }) => ({
      at,
      reference,
      services,
      outcome,
    })),
    files,
    diff: files.map(({ name, before, after }) => unifiedDiff(name, before, after)).join(""),
    faults,
  };
}

interface Judged {
  readonly base: Base;
  readonly outcome: BaseOutcome;
}

async function judge(base: Base, pin: boolean, asker: TagAsker): Promise<BaseOutcome> {
  const { parsed, reason, digestAt, end, isFrontend } = base;
  if (parsed === undefined) return { kind: "skipped", reason: reason ?? "cannot be read" };
  const { digest: from, tag } = parsed;
  if (from === undefined && (!pin || isFrontend)) return { kind: "unpinned" };
  if (from !== undefined && tag === undefined) {
    return { kind: "skipped", reason: "has no tag, so nothing says what it follows; add one" };
  }
  if ((from === undefined ? end : digestAt) === undefined) {
    return { kind: "skipped", reason: "has its digest in no file that could be changed" };
  }
  try {
    const to = await asker.digestOf(parsed);
    return from === to ? { kind: "current", digest: to } : moved(from, to);
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}

function moved(from: string | undefined, to: string): BaseOutcome {
  return { kind: "moved", ...(from === undefined ? {} : { from }), to };
}

/** One place that is part of several references can follow one tag alone. */
function withoutConflicts(judged: readonly Judged[]): Judged[] {
  const wanted = new Map<string, Set<string>>();
  for (const { base, outcome } of judged) {
    const key = placeKey(base);
    const digest = outcome.kind === "moved" ? outcome.to : "as it is";
    wanted.set(key, (wanted.get(key) ?? new Set()).add(digest));
  }
  return judged.map(({ base, outcome }) => {
    const shared = (wanted.get(placeKey(base))?.size ?? 0) > 1;
    if (outcome.kind !== "moved" || !shared) return { base, outcome };
    const reason = "shares its place with another image; write each out";
    return { base, outcome: { kind: "skipped", reason } };
  });
}

function placeKey({ digestAt, end, at }: Base): string {
  return JSON.stringify(digestAt ?? end ?? at);
}

function changedFiles(
  directory: string,
  judged: readonly Judged[],
  texts: ReadonlyMap<string, string>,
): ChangedFile[] {
  const edits = new Map<string, Edit[]>();
  for (const { base, outcome } of judged) {
    const place = base.digestAt ?? base.end;
    if (outcome.kind !== "moved" || place === undefined) continue;
    edits.set(place.file, [...(edits.get(place.file) ?? []), editOf(base, outcome.to, place.at)]);
  }
  return [...edits]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, changes]) => {
      const before = texts.get(path) ?? "";
      const after = applyEdits(before, changes);
      return { path, name: nameOf(directory, path), before, after };
    });
}

function afterwards({ path, after }: ChangedFile): [string, string] {
  return [path, after];
}

/**
 * A changed text is read again before it is written: each reference has to be what it was, but for its
 * digest. It is not where part of one image's name is another's: `${A}` and `${A}-slim`.
 * @throws UserError `base-entangled`
 */
function assertReread(
  project: Project,
  judged: readonly Judged[],
  texts: ReadonlyMap<string, string>,
): void {
  const expected = new Set(judged.map(expectedReference));
  const wrong = findBases(project, texts).find(({ reference }) => !expected.has(reference));
  if (wrong === undefined) return;
  throw new UserError(
    `${wrong.at}: with the new digests the base would read \`${wrong.reference}\`, because its name shares a variable with another image; write both out`,
    "base-entangled",
  );
}

function expectedReference({ base: { reference, parsed }, outcome }: Judged): string {
  if (outcome.kind !== "moved") return reference;
  const name = reference.replace(/@sha256:[0-9a-f]{64}$/, "");
  return `${name}${parsed?.tag === undefined ? ":latest" : ""}@${outcome.to}`;
}

function editOf({ parsed }: Base, to: string, at: number): Edit {
  const hex = to.replace("sha256:", "");
  if (parsed?.digest !== undefined) return { start: at, end: at + hex.length, text: hex };
  // A reference without tag means `latest`; beside a digest that has to be said.
  return { start: at, end: at, text: `${parsed?.tag === undefined ? ":latest" : ""}@${to}` };
}
