import { FOOTER, issueOf, markerOf } from "../../lib/drift/issue";
import { driftOf, hasDrift, isWhole } from "../../lib/drift/report";
import { writeIssue } from "../../lib/github/issues";
import { runContext } from "../../lib/github/runContext";
import { parsePreview } from "../../lib/preview/preview";
import type { Command } from "../command";
import { githubToken, readPreview, readText } from "../previewInput";
import { plain } from "../terminal";

const LABEL = "drift";
const CLOSING = "Everything is again as it was deployed.";

/** `bot-core drift-issue`: what differs from what was deployed, as one issue a stack. */
export const driftIssue: Command = {
  summary: "write what differs from what was deployed into one issue a stack",
  description:
    "Reads what `pulumi preview --json` printed for the version that is deployed,\n" +
    "and `pulumi refresh --preview-only --json` where that is given too. Where they\n" +
    "name a difference, or something could not be looked at, one issue is opened, or\n" +
    "the open one updated; where all was seen and nothing differs it is closed. In\n" +
    "GitHub Actions it knows the repository, and takes GITHUB_TOKEN\n" +
    "(`permissions: issues: write`).",
  options: {
    file: { value: "FILE", text: "the preview; default: standard input" },
    refresh: { value: "FILE", text: "the refresh's preview; default: none" },
    repository: { value: "OWNER/NAME", text: "default: GITHUB_REPOSITORY" },
    print: { text: "print the issue and write nothing to GitHub" },
  },
  exitCodes: {
    good: "everything was looked at; the issue says what is there, or none is needed",
    fault: "the comparison failed or is not whole (the issue says so), or GitHub refuses it",
  },
  run: async ({ options, stack }) => {
    const preview = parsePreview(await readPreview(options["file"], "drift-issue"));
    const refresh = options["refresh"];
    const report = driftOf(
      preview,
      typeof refresh === "string" ? parsePreview(await readText(refresh)) : undefined,
    );
    const name = stack ?? preview.stack;
    const exitCode = isWhole(report) ? 0 : 1;
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
        [
          written.url === undefined
            ? "no drift, no issue"
            : `issue ${written.action}: ${written.url}`,
          ...report.unseen.map((text) => plain(`not seen: ${text}`)),
        ].join("\n"),
    };
  },
};

function textOf(option: string | true | undefined): string | undefined {
  return typeof option === "string" ? option : undefined;
}
