import { realpathSync } from "node:fs";
import path from "node:path";
import type { Finding } from "../errors";
import { isAbove, repositoryRoot } from "./paths";
import type { Project } from "./project";
import { locate, type SourceFile } from "./source";

/** What the checks read and where they report. */
export interface CheckContext {
  /** Absolute. */
  readonly projectDirectory: string;
  readonly sources: readonly SourceFile[];
  readonly project: Project;
  readonly remoteHost: boolean;
  readonly allowVolumeOverlap: boolean;
  readonly report: Report;
}

/** Collects findings, each with its file and line. */
export class Report {
  private readonly found = { errors: [] as Finding[], warnings: [] as Finding[] };

  public constructor(private readonly sources: readonly SourceFile[]) {}

  /** Everything reported, each once, from the top of the first file to the end of the last. */
  public findings(): { readonly errors: Finding[]; readonly warnings: Finding[] } {
    const rank = ({ at }: Finding): number => {
      const [, file = at, line = "0"] = /^(.*?)(?::(\d+))?$/.exec(at) ?? [];
      const index = this.sources.findIndex(({ name }) => name === file);
      return index * 1e6 + Number(line);
    };
    const sorted = (findings: readonly Finding[]): Finding[] =>
      [...findings].sort((a, b) => rank(a) - rank(b));
    return { errors: sorted(this.found.errors), warnings: sorted(this.found.warnings) };
  }

  /** @param containing the line of the first text below the keys that contains this */
  public error(keys: readonly string[], message: string, containing?: string): void {
    add(this.found.errors, { at: locate(this.sources, keys, containing), message });
  }

  /** As `error`, for what deserves to be known and stops nothing. */
  public warning(keys: readonly string[], message: string, containing?: string): void {
    add(this.found.warnings, { at: locate(this.sources, keys, containing), message });
  }
}

/**
 * Says so where a path of the checkout leaves the repository, which a compose file reached through
 * a link easily does: its paths count from the project folder, not from its own.
 * @returns true where it does
 */
export function reportAboveRepository(
  context: CheckContext,
  keys: readonly string[],
  relative: string,
): boolean {
  const absolute = path.resolve(context.projectDirectory, relative);
  const root = repositoryRoot(context.projectDirectory);
  if (!isAbove(path.relative(root, absolute))) return false;
  const linked = context.sources.find(({ absolute: file }) => isLink(file));
  const hint =
    linked === undefined
      ? ""
      : `; ${linked.name} is a link, and its paths count from the project folder, not from where the link leads`;
  context.report.error(
    keys,
    `\`${relative}\` is ${absolute}, above the repository ${root}; move it into the repository${hint}`,
    relative.split(path.sep).pop(),
  );
  return true;
}

function isLink(file: string): boolean {
  try {
    return realpathSync(file) !== path.join(realpathSync(path.dirname(file)), path.basename(file));
  } catch {
    return false;
  }
}

function add(findings: Finding[], finding: Finding): void {
  const known = findings.some(
    ({ at, message }) => at === finding.at && message === finding.message,
  );
  if (!known) findings.push(finding);
}
