import type { Action } from "../rollout";
import { codeText, fenced, plainText, shorten } from "../github/markdown";
import type { PreviewReport, ServiceChange } from "./changes";

export interface CommentOptions {
  /** Stack that was previewed; a pull request has one comment a stack. */
  readonly stack: string;
  /** Commit that was previewed, in full or short. */
  readonly commit?: string;
  /** Web address of the run, for the last line. */
  readonly runUrl?: string;
  /** Compressed bytes of the next version by service, where it is published already. */
  readonly sizesAfter?: Readonly<Record<string, number>>;
  /** What the scan of the next version found by service, e.g. `1 high`. */
  readonly findings?: Readonly<Record<string, string>>;
  /** Text of `pulumi preview --diff`; shown collapsed and cut. */
  readonly diff?: string;
}

/** GitHub refuses comments of more than 65,536 characters; the rest is room for its own escapes. */
export const MOST_CHARACTERS = 60_000;
const MOST_ROWS = 60;
const MOST_LINES = 40;

/** First line of every comment of ours, by which the next run finds it. */
export function markerOf(stack: string): string {
  return `<!-- bot-core preview: ${stack.replace(/-{2,}|[<>]/g, "-")} -->`;
}

/** One short Markdown comment: a table of the services first, everything long collapsed below it. */
export function commentOf(report: PreviewReport, options: CommentOptions): string {
  const head = [markerOf(options.stack), `### ${headline(report, options)}`, ""];
  const parts = [
    ...(report.errors.length > 0 ? [block(report.errors)] : []),
    ...(report.services.length > 0 ? [table(report.services, options)] : []),
    ...bullets([...report.warnings, ...report.notes]),
    ...collapsed("Tags", report.tags.map((line) => `- ${plainText(line)}`).slice(0, MOST_ROWS)),
    ...collapsed(
      `Other resources (${report.others.length})`,
      report.others
        .slice(0, MOST_ROWS)
        .map(
          ({ op, type, name }) => `- ${plainText(op)} \`${codeText(type)}\` \`${codeText(name)}\``,
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

const COLUMNS = ["Service", "Now", "Next", "Why", "Restarts", "Downtime", "Size", "Findings"];

function table(services: readonly ServiceChange[], options: CommentOptions): string {
  const rows = services
    .slice(0, MOST_ROWS)
    .map((service) => [
      `\`${codeText(service.name)}\``,
      plainText(service.now ?? "–"),
      plainText(service.next ?? "removed"),
      plainText(service.why ?? "unchanged"),
      ...FATE[service.action](service),
      size(service, options.sizesAfter?.[service.name]),
      plainText(options.findings?.[service.name] ?? "–"),
    ]);
  const lines = [COLUMNS, COLUMNS.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  const rest = services.length - MOST_ROWS;
  return [...lines, ...(rest > 0 ? [`\n…and ${rest} more services`] : [])].join("\n");
}

/** Whether a service restarts, and what its users see of it. */
const FATE: Readonly<Record<Action, (service: ServiceChange) => [string, string]>> = {
  keep: () => ["no", "none"],
  "start-first": () => ["yes", "none"],
  hold: () => ["yes", "requests wait"],
  "stop-first": ({ now }) => ["yes", now === undefined ? "none" : "while it is recreated"],
  adopt: () => ["yes", "one blink"],
  mend: () => ["where needed", "until it is mended"],
  job: () => ["runs once", "none"],
  remove: () => ["stops", "it goes away"],
};

function size({ sizeBefore }: ServiceChange, sizeAfter: number | undefined): string {
  if (sizeAfter === undefined || sizeBefore === undefined) {
    return mebibytes(sizeAfter ?? sizeBefore);
  }
  const percent = Math.round(((sizeAfter - sizeBefore) / Math.max(1, sizeBefore)) * 100);
  const change = percent === 0 ? "±0" : percent > 0 ? `+${percent}` : `−${-percent}`;
  return `${mebibytes(sizeAfter)} (${change} %)`;
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? "–" : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function bullets(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - MOST_LINES;
  const shown = lines.slice(0, MOST_LINES).map((line) => `- ${plainText(line)}`);
  return [[...shown, ...(rest > 0 ? [`- …and ${rest} more`] : [])].join("\n")];
}

function block(lines: readonly string[]): string {
  return fenced(lines.join("\n").slice(0, MOST_CHARACTERS / 2));
}

function collapsed(summary: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [`<details><summary>${summary}</summary>\n\n${lines.join("\n")}\n\n</details>`];
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
