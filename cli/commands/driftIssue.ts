import { FOOTER, issueOf, markerOf } from "../../lib/drift/issue";
import { driftOf, hasDrift } from "../../lib/drift/report";
import { writeIssue } from "../../lib/github/issues";
import { runContext } from "../../lib/github/runContext";
import { parsePreview } from "../../lib/preview/preview";
import type { Command } from "../command";
import { githubToken, readPreview, readText } from "../previewInput";

const LABEL = "drift";
const CLOSING = "Everything is again as it was deployed.";

/** `bot-core drift-issue`: what differs from what was deployed, as one issue a stack. */
export const driftIssue: Command = {
  summary: "write what differs from what was deployed into one issue a stack",
  description:
    "Reads what `pulumi preview --json` printed for the version that is deployed,\n" +
    "and `pulumi refresh --preview-only --json` where that is given too. Where they\n" +
    "name a difference one issue is opened, or the open one updated; where they name\n" +
    "none it is closed. In GitHub Actions it knows the repository, and takes\n" +
    "GITHUB_TOKEN (`permissions: issues: write`).",
  options: {
    file: { value: "FILE", text: "the preview; default: standard input" },
    refresh: { value: "FILE", text: "the refresh's preview; default: none" },
    repository: { value: "OWNER/NAME", text: "default: GITHUB_REPOSITORY" },
    print: { text: "print the issue and write nothing to GitHub" },
  },
  exitCodes: {
    good: "the issue says what is there, or none is needed",
    fault: "the comparison failed (the issue says so), or GitHub refuses the issue",
  },
  run: async ({ options, stack }) => {
    const preview = parsePreview(await readPreview(options["file"], "drift-issue"));
    const refresh = options["refresh"];
    const report = driftOf(
      preview,
      typeof refresh === "string" ? parsePreview(await readText(refresh)) : undefined,
    );
    const name = stack ?? preview.stack;
    const exitCode = report.errors.length > 0 ? 1 : 0;
    const drift = hasDrift(report);
    if (options["print"] === true) {
      const issue = issueOf(report, { stack: name });
      const said = issue === undefined ? "no drift" : `# ${issue.title}\n\n${issue.body}`;
      return { exitCode, json: { drift, report, issue: issue ?? null }, text: () => said };
    }
    const context = runContext(textOf(options["repository"]), process.env);
    const token = githubToken("the issue");
    const written = await writeIssue(
      { ...context, token },
      {
        marker: markerOf(name),
        label: LABEL,
        text: issueOf(report, { ...context, stack: name }),
        closing: CLOSING,
        footer: FOOTER,
      },
    );
    return {
      exitCode,
      json: { drift, report, ...written },
      text: () =>
        written.url === undefined
          ? "no drift, no issue"
          : `issue ${written.action}: ${written.url}`,
    };
  },
};

function textOf(option: string | true | undefined): string | undefined {
  return typeof option === "string" ? option : undefined;
}
