import { codeText, fenced, plainText, shorten } from "../github/markdown";
import { type DriftReport, hasDrift } from "./report";

export interface IssueOptions {
  readonly stack: string;
  readonly commit?: string;
  /** Web address of the run, for the last line. */
  readonly runUrl?: string;
}

export interface IssueText {
  readonly title: string;
  readonly body: string;
}

/** As GitHub's limit of 65,536, with room for its own escapes. */
const MOST_CHARACTERS = 60_000;
const MOST_LINES = 60;

/** First line of every drift issue's body, by which the next run finds it. */
export function markerOf(stack: string): string {
  return `<!-- bot-core drift: ${stack.replace(/[<>-]+/g, "-")} -->`;
}

/** Where the body ends that says something; below it stands which run wrote it. */
export const FOOTER = "\n\n<sub>";

/** The issue as it should stand; undefined where everything is as it should be. */
export function issueOf(report: DriftReport, options: IssueOptions): IssueText | undefined {
  const failed = report.errors.length > 0;
  if (!failed && !hasDrift(report)) return undefined;
  const stack = codeText(options.stack);
  const title = failed
    ? `Drift check of ${stack} failed`
    : `${stack} differs from what was deployed`;
  const parts = [
    markerOf(options.stack),
    ...(failed ? ["The comparison is not whole:", fenced(report.errors.join("\n"))] : []),
    ...services(report),
    ...list(
      "Other resources that an update would change",
      report.resources.map(({ op, type, name }) => `${plainText(op)} ${resource({ type, name })}`),
    ),
    ...list(
      "Changed since the last update, outside of it",
      report.changed.map((one) => `${resource(one)}: ${fate(one)}`),
    ),
    ...list("The host says", report.notes.map(plainText)),
    mend(report, stack),
  ];
  return {
    title,
    body: shorten(parts.join("\n\n"), MOST_CHARACTERS) + footer(options),
  };
}

function services({ services: touched, version }: DriftReport): string[] {
  if (touched.length === 0) return [];
  const of = version === undefined ? "" : ` of \`${codeText(version)}\``;
  const rows = touched
    .slice(0, MOST_LINES)
    .map(
      ({ name, now, action, why }) =>
        `| \`${codeText(name)}\` | ${plainText(now ?? "–")} | ${plainText(action)} | ${plainText(why ?? "")} |`,
    );
  return [
    `An update${of}, which is deployed, would touch these services:`,
    ["| Service | Runs | Would be | Why |", "| --- | --- | --- | --- |", ...rows].join("\n"),
  ];
}

function list(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - MOST_LINES;
  const shown = lines.slice(0, MOST_LINES).map((line) => `- ${line}`);
  return [`${title}:`, [...shown, ...(rest > 0 ? [`- …and ${rest} more`] : [])].join("\n")];
}

function resource({ type, name }: { readonly type: string; readonly name: string }): string {
  return `\`${codeText(type)}\` \`${codeText(name)}\``;
}

function fate({ gone, properties }: DriftReport["changed"][number]): string {
  if (gone) return "it is gone";
  return properties.length === 0 ? "it changed" : properties.map(plainText).join(", ");
}

function mend({ errors }: DriftReport, stack: string): string {
  return errors.length > 0
    ? "Mend what the messages name; the next check goes on from there."
    : `\`pulumi up --stack ${stack}\` of the same version puts everything back. Where the change was ` +
        "meant, put it into the repository. This issue is closed by the first check that finds nothing.";
}

function footer({ commit, runUrl }: IssueOptions): string {
  const parts = [
    ...(commit === undefined ? [] : [`commit ${plainText(commit.slice(0, 12))}`]),
    ...(runUrl === undefined ? [] : [`[run](${encodeURI(runUrl).replace(/[()]/g, "")})`]),
  ];
  return `${FOOTER}${parts.join(" · ")}</sub>`;
}
