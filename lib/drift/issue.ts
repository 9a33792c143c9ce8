import { codeText, fenced, fitting, plainText, type Room, shorten } from "../github/markdown";
import { type DriftReport, hasDrift, isWhole } from "./report";

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
/** Each part has room of its own, so that none cuts off what to do, which stands last. */
const MOST_ERRORS = 16_000;
const TABLE: Room = { lines: 60, characters: 12_000 };
const LIST: Room = { lines: 60, characters: 6_000 };
/** A line's end is where it says what to do. */
const MOST_LINE = 1_000;

/** First line of every drift issue's body, by which the next run finds it. */
export function markerOf(stack: string): string {
  return `<!-- bot-core drift: ${stack.replace(/[<>-]+/g, "-")} -->`;
}

/** Where the body ends that says something; below it stands which run wrote it. */
export const FOOTER = "\n\n<sub>";

/** The issue as it should stand; undefined where everything was looked at and is as it should be. */
export function issueOf(report: DriftReport, options: IssueOptions): IssueText | undefined {
  if (isWhole(report) && !hasDrift(report)) return undefined;
  const stack = codeText(options.stack);
  const failed = report.errors.length > 0;
  const errors = shorten(report.errors.join("\n"), MOST_ERRORS);
  const parts = [
    markerOf(options.stack),
    ...(failed ? ["The comparison is not whole:", fenced(errors)] : []),
    ...list("This was not seen", report.unseen.map(line)),
    ...services(report),
    ...list(
      "Other resources that an update would change",
      report.resources.map(({ op, type, name }) => `${plainText(op)} ${resource({ type, name })}`),
    ),
    ...list(
      "Changed since the last update, outside of it",
      report.changed.map((one) => `${resource(one)}: ${fate(one)}`),
    ),
    ...list("The host says", report.notes.map(line)),
    ...mend(report, stack),
  ];
  return {
    title: titleOf(report, stack),
    body: shorten(parts.join("\n\n"), MOST_CHARACTERS) + footer(options),
  };
}

function titleOf(report: DriftReport, stack: string): string {
  if (report.errors.length > 0) return `Drift check of ${stack} failed`;
  return hasDrift(report)
    ? `${stack} differs from what was deployed`
    : `Drift check of ${stack} did not see everything`;
}

function services({ services: touched, version }: DriftReport): string[] {
  if (touched.length === 0) return [];
  const of = version === undefined ? "" : ` of \`${codeText(version)}\``;
  const rows = touched.map(
    ({ name, now, action, why }) =>
      `| \`${codeText(name)}\` | ${plainText(now ?? "–")} | ${plainText(action)} | ${plainText(why ?? "")} |`,
  );
  const shown = fitting(rows, TABLE, (rest) => `\n…and ${rest} more services`);
  return [
    `An update${of}, which is deployed, would touch these services:`,
    ["| Service | Runs | Would be | Why |", "| --- | --- | --- | --- |", ...shown].join("\n"),
  ];
}

function line(text: string): string {
  return plainText(text, MOST_LINE);
}

function list(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const points = lines.map((one) => `- ${one}`);
  return [`${title}:`, fitting(points, LIST, (rest) => `- …and ${rest} more`).join("\n")];
}

function resource({ type, name }: { readonly type: string; readonly name: string }): string {
  return `\`${codeText(type)}\` \`${codeText(name)}\``;
}

function fate({ gone, properties }: DriftReport["changed"][number]): string {
  if (gone) return "it is gone";
  return properties.length === 0 ? "it changed" : properties.map(plainText).join(", ");
}

/** What to do, a paragraph for each thing that is wrong. */
function mend(report: DriftReport, stack: string): string[] {
  const { hostUnseen } = report;
  const host =
    `The host was not seen whole: \`npx bot-core doctor --stack ${stack}\` says whether it can be reached, ` +
    "and why not. In CI the check needs `DEPLOY_SSH_KEY` as a repository secret and the variable " +
    "`DEPLOY_KNOWN_HOSTS`.";
  const put =
    `\`pulumi up --stack ${stack}\` of the same version puts everything back. Where the change was ` +
    "meant, put it into the repository. This issue is closed by the first check that finds nothing.";
  const unseen =
    "Mend what the messages name, and run the check again: this issue stays open until one sees " +
    "everything and finds nothing.";
  return [
    ...(hostUnseen ? [host] : []),
    ...(isWhole(report) ? [] : [unseen]),
    ...(hasDrift(report) ? [put] : []),
  ];
}

function footer({ commit, runUrl }: IssueOptions): string {
  const parts = [
    ...(commit === undefined ? [] : [`commit ${plainText(commit.slice(0, 12))}`]),
    ...(runUrl === undefined ? [] : [`[run](${encodeURI(runUrl).replace(/[()]/g, "")})`]),
  ];
  return `${FOOTER}${parts.join(" · ")}</sub>`;
}
