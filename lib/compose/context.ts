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
  public readonly errors: Finding[] = [];
  public readonly warnings: Finding[] = [];

  public constructor(private readonly sources: readonly SourceFile[]) {}

  /** @param containing the line of the first text below the keys that contains this */
  public error(keys: readonly string[], message: string, containing?: string): void {
    add(this.errors, { at: locate(this.sources, keys, containing), message });
  }

  /** As `error`, for what deserves to be known and stops nothing. */
  public warning(keys: readonly string[], message: string, containing?: string): void {
    add(this.warnings, { at: locate(this.sources, keys, containing), message });
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
