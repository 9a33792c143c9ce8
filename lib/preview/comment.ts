import { codeText, fenced, fitting, plainText, type Room, shorten } from "../github/markdown";
import type { PreviewReport } from "./changes";
import { type ImageFacts, serviceTable } from "./serviceTable";

export interface CommentOptions extends ImageFacts {
  /** Stack that was previewed; a pull request has one comment a stack. */
  readonly stack: string;
  /** Commit that was previewed, in full or short. */
  readonly commit?: string;
  /** Web address of the run, for the last line. */
  readonly runUrl?: string;
  /** Text of `pulumi preview --diff`; shown collapsed and cut. */
  readonly diff?: string;
}

/** GitHub refuses comments of more than 65,536 characters; the rest is room for its own escapes. */
export const MOST_CHARACTERS = 60_000;
/** Together with the table below that limit, so that no part cuts another one short. */
const MOST_ERRORS = 16_000;
const BULLETS: Room = { lines: 40, characters: 12_000 };
const COLLAPSED: Room = { lines: 60, characters: 6_000 };
/** A line's end is where it says what to do. */
const MOST_BULLET = 1_000;

/** First line of every comment of ours, by which the next run finds it. */
export function markerOf(stack: string): string {
  return `<!-- bot-core preview: ${stack.replace(/-{2,}|[<>]/g, "-")} -->`;
}

/** One short Markdown comment: a table of the services first, everything long collapsed below it. */
export function commentOf(report: PreviewReport, options: CommentOptions): string {
  const head = [markerOf(options.stack), `### ${headline(report, options)}`, ""];
  const parts = [
    ...(report.errors.length > 0 ? [fenced(shorten(report.errors.join("\n"), MOST_ERRORS))] : []),
    ...(report.services.length > 0 ? [serviceTable(report.services, options)] : []),
    ...bullets([...report.warnings, ...report.notes]),
    ...collapsed(
      "Tags",
      report.tags.map((line) => plainText(line, MOST_BULLET)),
    ),
    ...collapsed(
      `Other resources (${report.others.length})`,
      report.others.map(
        ({ op, type, name }) => `${plainText(op)} \`${codeText(type)}\` \`${codeText(name)}\``,
      ),
    ),
  ];
  const tail = footer(options);
  const body = [...head, parts.join("\n\n")].join("\n");
  const cut = shorten(body, MOST_CHARACTERS - tail.length - 2);
  return [cut, ...rawDiff(options.diff, MOST_CHARACTERS - cut.length - tail.length), tail]
    .filter((part) => part !== "")
    .join("\n\n");
}

function headline(
  { target, services, others, errors }: PreviewReport,
  { stack }: CommentOptions,
): string {
  if (errors.length > 0) return `Preview of \`${codeText(stack)}\` failed`;
  const changing = services.filter(({ action }) => action !== "keep").length;
  if (changing + others.length === 0) return `\`${codeText(stack)}\`: no change`;
  const to = target === undefined ? "" : ` to ${plainText(target)}`;
  return `\`${codeText(stack)}\`${to} restarts ${changing} of ${services.length} services`;
}

function bullets(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [
    list(
      lines.map((line) => plainText(line, MOST_BULLET)),
      BULLETS,
    ),
  ];
}

function collapsed(summary: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [`<details><summary>${summary}</summary>\n\n${list(lines, COLLAPSED)}\n\n</details>`];
}

function list(lines: readonly string[], room: Room): string {
  const points = lines.map((line) => `- ${line}`);
  return fitting(points, room, (rest) => `- …and ${rest} more`).join("\n");
}

function rawDiff(diff: string | undefined, room: number): string[] {
  const frame = 200;
  if (diff === undefined || diff.trim() === "" || room < 2 * frame) return [];
  const cut = shorten(diff.trimEnd(), room - frame);
  return [`<details><summary>Diff</summary>\n\n${fenced(cut)}\n\n</details>`];
}

function footer({ commit, runUrl }: CommentOptions): string {
  const parts = [
    ...(commit === undefined ? [] : [`commit ${plainText(commit.slice(0, 12))}`]),
    ...(runUrl === undefined ? [] : [`[run](${encodeURI(runUrl).replace(/[()]/g, "")})`]),
  ];
  return parts.length === 0 ? "" : `<sub>${parts.join(" · ")}</sub>`;
}
